import { useQueryClient, type QueryFilters } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ApiError } from '../api/client';
import { askToReveal, coverAgain, listId } from '../api/revealed';
import { tellFailed } from '../states/told';

/** Queries whose answers cover personal data of items and records that are named in their keys, or behind them. */
const WITH_VALUES: readonly unknown[] = [
  'conflict',
  'whole-record',
  'answer-link',
  'record',
  'lineage',
  'explanation',
];

function isListOf(ids: readonly string[], kind: unknown, pipeline: unknown, part: unknown): boolean {
  return (
    kind === 'pipelines' &&
    (part === 'load' || part === 'dead-letters') &&
    ids.includes(listId(String(pipeline), part))
  );
}

/** Asks for personal data of these items, records or lists: the service notes who looks at it, and shows it. */
export function useReveal(): (ids: readonly string[]) => void {
  const client = useQueryClient();
  return useCallback(
    (ids) => {
      askToReveal(ids);
      const asked: QueryFilters = {
        type: 'active',
        // Cards that are drawn ahead were not asked for.
        predicate: ({ queryKey: [kind, id, part] }) =>
          isListOf(ids, kind, id, part) ||
          (WITH_VALUES.includes(kind) && (kind !== 'conflict' || ids.some((one) => one === id))),
      };
      // What only did not answer says so where it stands, and is asked for again there.
      void client.refetchQueries(asked).then(() => {
        const refusal = client
          .getQueryCache()
          .findAll(asked)
          .map(({ state: { error } }) => error)
          .find((error) => error instanceof ApiError && error.status === 403);
        if (refusal === undefined || refusal === null) return;
        coverAgain(ids);
        tellFailed(refusal);
        return client.refetchQueries(asked);
      });
    },
    [client],
  );
}
