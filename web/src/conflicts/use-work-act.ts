import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/client';
import { keys } from '../api/queries';
import type { Conflict } from '../api/types';
import { tell, tellFailed } from '../states/told';
import { queueStrings as words } from '../strings-queue';

/** Does something to an item besides deciding. What somebody else did meanwhile is said, shown, and never overwritten unseen. */
export function useWorkAct({ id }: Pick<Conflict, 'id'>, onDone?: () => void) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: keys.conflict(id) });
  return useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: async () => {
      await refresh();
      onDone?.();
    },
    onError: (error) => {
      void refresh();
      const changed = error instanceof ApiError && error.status === 412 ? (error.problem.changed ?? []) : [];
      const said = changed.flatMap((one) =>
        typeof one === 'string' ? [] : [`${one.by.name} ${words.kinds[one.kind] ?? one.kind}`],
      );
      if (said.length === 0) tellFailed(error);
      else tell(words.meanwhile(said.join(', ')));
    },
  });
}
