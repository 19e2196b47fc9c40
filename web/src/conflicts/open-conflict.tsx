import { useQueryClient } from '@tanstack/react-query';
import { memo, Suspense, useEffect, useRef } from 'react';
import type { Answer } from '../api/client';
import { getConflict } from '../api/endpoints';
import { useLiveEvent } from '../api/live';
import { keys, useConflict } from '../api/queries';
import { revealOf } from '../api/revealed';
import type { Conflict } from '../api/types';
import { afterPaint } from '../states/after-paint';
import { betweenKeys } from '../states/between-keys';
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
  const looking = useRef<() => void>(undefined);
  const named = useRef(false);
  useEffect(
    () => () => {
      looking.current?.();
      looking.current = undefined;
      named.current = false;
    },
    [id],
  );
  const look = () => {
    const queryKey = keys.conflict(id);
    const again = () => void client.invalidateQueries({ queryKey });
    if (named.current || revealOf(id) === null) again();
    // Something has changed. Whether this has is seen without a look at personal data, which would be noted.
    else
      getConflict(id, null).then(
        ({ data }) => {
          if (data.etag !== client.getQueryData<Answer<Conflict>>(queryKey)?.data.etag) again();
        },
        // It cannot be told: what is shown may be out of date.
        again,
      );
    looking.current = undefined;
    named.current = false;
  };
  useLiveEvent(({ name, subject }) => {
    if (name !== 'conflict' || (subject !== null && subject !== id)) return;
    named.current ||= subject === id;
    // Once for all that happened meanwhile.
    looking.current ??= betweenKeys(look);
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
