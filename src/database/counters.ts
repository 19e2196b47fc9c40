import type { ClientBase, Pool } from 'pg';

/**
 * What is counted, per pipeline, in the transaction that causes it. A metric `accord_<name>_total` each; labels are of
 * bounded size and never name a record.
 */
export type CounterName =
  /** Changes read from a side; `side`. */
  | 'changes_observed'
  /** Our own writes recognised when they were read back; `side`. */
  | 'echoes_suppressed'
  /** Records written to a side; `side`, `result` (applied, normalised, missed, gone, duplicate, rejected). */
  | 'writes'
  /** `kind`. */
  | 'conflicts_opened'
  /** `how` (decided, agreed, superseded, policy). */
  | 'conflicts_closed'
  /** Values chosen; `by` (policy, human, rule), `strategy`. */
  | 'decisions'
  /** `guard`. */
  | 'guards_tripped';

export interface Count {
  readonly name: CounterName;
  readonly labels?: Readonly<Record<string, string>>;
  readonly by: number;
}

/** Adds to counters, within the transaction of `client`. Rows are locked in one order, so that two callers cannot deadlock. */
export async function addToCounters(
  client: ClientBase | Pool,
  pipelineId: number,
  counts: readonly Count[],
): Promise<void> {
  const sums = new Map<string, { name: string; labels: string; by: number }>();
  for (const { name, labels, by } of counts) {
    const text = labelText(labels ?? {});
    const sum = sums.get(`${name} ${text}`) ?? { name, labels: text, by: 0 };
    sum.by += by;
    sums.set(`${name} ${text}`, sum);
  }
  const rows = [...sums.entries()].filter(([, { by }]) => by !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) return;
  await client.query({
    name: 'counters-add',
    text: `insert into counter as c (pipeline_id, name, labels, value)
           select $1, * from unnest($2::text[], $3::text[], $4::bigint[])
           on conflict (pipeline_id, name, labels) do update set value = c.value + excluded.value`,
    values: [
      pipelineId,
      rows.map(([, r]) => r.name),
      rows.map(([, r]) => r.labels),
      rows.map(([, r]) => r.by),
    ],
  });
}

/** `result=applied,side=A`: sorted by name, so that equal labels are one row. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** The labels in a row of `counter`. */
export function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
