import { useQueryClient } from '@tanstack/react-query';
import { memo, Suspense, useEffect } from 'react';
import { useLiveEvent } from '../api/live';
import { keys, useConflict } from '../api/queries';
import { revealOf } from '../api/revealed';
import { afterPaint } from '../states/after-paint';
import { lazily } from '../states/lazily';
import { LateSkeleton, QueryState } from '../states/query-state';
import { ConflictCard, type ConflictCardProps } from './conflict-card';

const StoppedCard = lazily(async () => (await import('./stopped-card')).StoppedCard);

export interface OpenConflictProps extends Omit<ConflictCardProps, 'answer'> {
  readonly id: string;
  /** A guard or a halt was answered. */
  readonly onAnswered: () => void;
}

/** One item of the queue, whatever it is about, kept up to date by events. */
export const OpenConflict = memo(function OpenConflict({ id, onAnswered, ...card }: OpenConflictProps) {
  const client = useQueryClient();
  const query = useConflict(id);
  // What was fetched in advance is shown at once, and looked at again once it can be read.
  useEffect(() => {
    const queryKey = keys.conflict(id);
    const since = Date.now();
    return afterPaint(() => {
      const fetchedAt = client.getQueryState(queryKey)?.dataUpdatedAt ?? 0;
      if (fetchedAt < since) void client.invalidateQueries({ queryKey }, { cancelRefetch: false });
    });
  }, [client, id]);
  useLiveEvent(({ name, subject }) => {
    // A look at personal data is noted: whoever hears of all changes without a name would leave one for each.
    const concerned = subject === id || (subject === null && revealOf(id) === null);
    if (name === 'conflict' && concerned) void client.invalidateQueries({ queryKey: keys.conflict(id) });
  });
  return (
    <QueryState query={query} lines={5}>
      {(answer) =>
        answer.data.kind === 'guard' || answer.data.kind === 'halt' ? (
          <Suspense fallback={<LateSkeleton lines={5} />}>
            <StoppedCard key={answer.data.id} conflict={answer.data} onAnswered={onAnswered} />
          </Suspense>
        ) : (
          <ConflictCard answer={answer} {...card} />
        )
      }
    </QueryState>
  );
});
