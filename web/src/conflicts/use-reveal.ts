import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { askToReveal, coverAgain } from '../api/revealed';
import { tellFailed } from '../states/told';

/** Queries whose answers cover personal data of items and records that are named in their keys, or behind them. */
const WITH_VALUES: readonly unknown[] = [
  'conflict',
  'whole-record',
  'answer-link',
  'record',
  'lineage',
  'explanation',
  'why',
];

/** Asks for personal data of these items or records: the service notes who looks at it, and shows it. */
export function useReveal(): (ids: readonly string[]) => void {
  const client = useQueryClient();
  return useCallback(
    (ids) => {
      askToReveal(ids);
      const shown = client.refetchQueries(
        {
          type: 'active',
          // Cards that are drawn ahead were not asked for.
          predicate: ({ queryKey: [kind, id] }) =>
            WITH_VALUES.includes(kind) && (kind !== 'conflict' || ids.some((one) => one === id)),
        },
        { throwOnError: true },
      );
      shown.catch((error: unknown) => {
        coverAgain(ids);
        tellFailed(error instanceof Error ? error : new Error(String(error)));
      });
    },
    [client],
  );
}
