import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useLiveEvent } from '../api/live';
import { revealOf } from '../api/revealed';
import { useSteady } from '../states/use-steady';

const GATHER_MS = 1_000;

/**
 * Has a record looked at again when something may have happened to it. A look at personal data is noted: of conflicts that are named, only
 * those that are known to be the record's count once it is shown.
 *
 * @param conflicts of the record, as far as they are known
 */
export function useRecordEvents(record: string, conflicts: readonly string[]): void {
  const client = useQueryClient();
  const named = useRef(new Set<string | null>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const look = useSteady(() => {
    // Nothing named: anything may have happened.
    const own = named.current.has(null) || conflicts.some((id) => named.current.has(id));
    named.current.clear();
    if (own || revealOf(record) === null) void client.invalidateQueries({ queryKey: ['record', record] });
  });
  useLiveEvent(({ name, subject }) => {
    if (name !== 'conflict') return;
    named.current.add(subject);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      look();
    }, GATHER_MS);
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}
