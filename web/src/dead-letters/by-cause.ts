import type { DeadLetterGroup, Pipeline } from '../api/types';

/** Everything that was refused for one cause, in all pipelines. */
export interface CauseGroup {
  readonly code: string;
  readonly count: number;
  readonly groups: readonly { readonly pipeline: Pipeline; readonly group: DeadLetterGroup }[];
}

/** The most frequent cause first, and within it the most frequent field. */
export function byCause(
  lists: readonly { readonly pipeline: Pipeline; readonly items: readonly DeadLetterGroup[] }[],
): readonly CauseGroup[] {
  const causes = new Map<string, { pipeline: Pipeline; group: DeadLetterGroup }[]>();
  for (const { pipeline, items } of lists) {
    for (const group of items) {
      const same = causes.get(group.code) ?? [];
      same.push({ pipeline, group });
      causes.set(group.code, same);
    }
  }
  return [...causes]
    .map(([code, groups]) => ({
      code,
      count: groups.reduce((sum, { group }) => sum + group.count, 0),
      groups: groups.toSorted((x, y) => y.group.count - x.group.count),
    }))
    .sort((x, y) => y.count - x.count || (x.code < y.code ? -1 : 1));
}
