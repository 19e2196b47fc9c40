import { Random } from './random.js';
import { columns } from './records.js';

export type Side = 'A' | 'B';

/** One person changes one column of one record on one side. `column` is an index into `columns`. */
export interface Edit {
  readonly side: Side;
  readonly id: number;
  readonly column: number;
  readonly value: string;
}

export const workloadNames = ['W1', 'W2', 'W3', 'W4', 'W5', 'W2-live', 'W6'] as const;
export type WorkloadName = (typeof workloadNames)[number];

/** What is edited in each workload. No record is edited in two of them. */
export interface EditScript {
  /** A fifth of the records, or as many as were asked for, on A and as many others on B; one column each. */
  readonly W2: readonly Edit[];
  /** The same amount on other records, made while the system runs. */
  readonly 'W2-live': readonly Edit[];
  /** 2 % of the records, on both sides, in different columns. */
  readonly W3: readonly Edit[];
  /** 2 % of the records, on both sides, in the same column, to different values. */
  readonly W4: readonly Edit[];
  /** 2 % of the records, each edited on B and deleted on A. */
  readonly W5: readonly Edit[];
  /** One at a time, alternating sides. */
  readonly W6: readonly Edit[];
}

/**
 * @param singles changes each way in W6
 * @param bulk records edited on each side in W2 and W2-live; at most a fifth of all
 */
export function makeEditScript(
  records: number,
  singles: number,
  seed: number,
  bulk = Math.floor(records / 5),
): EditScript {
  const random = new Random(seed);
  const ids = random.shuffle(Array.from({ length: records }, (_, i) => i + 1));
  const few = Math.floor(records / 50);
  const take = (n: number): number[] => ids.splice(0, n);
  const edit = (name: string, side: Side, id: number, column: number): Edit => ({
    side,
    id,
    column,
    value: `${name} ${side} ${id} ${random.below(1_000_000).toString(36)}`,
  });
  const many = Math.min(bulk, Math.floor(records / 5));
  const inBulk = (name: string): Edit[] => [
    ...take(many).map((id) => edit(name, 'A', id, random.below(columns.length))),
    ...take(many).map((id) => edit(name, 'B', id, random.below(columns.length))),
  ];
  const both = (name: string, apart: boolean): Edit[] =>
    take(few).flatMap((id) => {
      const a = random.below(columns.length);
      const b = apart ? (a + 1 + random.below(columns.length - 1)) % columns.length : a;
      return [edit(name, 'A', id, a), edit(name, 'B', id, b)];
    });
  return {
    W2: inBulk('W2'),
    'W2-live': inBulk('W2-live'),
    W3: both('W3', true),
    W4: both('W4', false),
    W6: take(Math.min(2 * singles, ids.length)).map((id, i) =>
      edit('W6', i % 2 === 0 ? 'A' : 'B', id, random.below(columns.length)),
    ),
    W5: take(few).map((id) => edit('W5', 'B', id, random.below(columns.length))),
  };
}
