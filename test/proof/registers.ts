import type pg from 'pg';
import { GROUP, GROUP_COLUMNS, TEXTS } from './killed-pipeline.js';

/** A row of a side, as its own record of changes keeps it. */
export interface Row {
  readonly id: number;
  readonly key: string;
  readonly n: number;
  readonly tags: readonly string[];
  readonly [text: string]: unknown;
}

/** One change of one row of a side, in the order in which they took effect on that row. */
export interface Change {
  readonly pos: number;
  readonly by: 'person' | 'accord';
  readonly op: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly key: string;
  readonly tx: string;
  readonly was: Row | null;
  readonly became: Row | null;
}

/** Units with one text each; the group counts as one, its columns joined. */
export const TEXT_UNITS: readonly string[] = [...TEXTS, GROUP];

/** A value of a text unit; a group's two columns always carry the same, unless somebody mixed them up. */
export function textOf(row: Row | null, unit: string): string | null {
  if (row === null) return null;
  if (unit !== GROUP) return row[unit] as string | null;
  const members = GROUP_COLUMNS.map((column) => row[column] as string | null);
  return members[0] === members[1] ? (members[0] as string | null) : `mixed: ${members.join(' | ')}`;
}

export async function changesOf(pool: pg.Pool): Promise<readonly Change[]> {
  const { rows } = await pool.query<Omit<Change, 'pos'> & { pos: string }>(
    'select pos, by, op, key, tx::text, was, became from register order by pos',
  );
  return rows.map((row) => ({ ...row, pos: Number(row.pos) }));
}

export async function standing(pool: pg.Pool): Promise<ReadonlyMap<string, Row>> {
  const { rows } = await pool.query<{ row: Row }>('select to_jsonb(rec) as row from rec');
  return new Map(rows.map(({ row }) => [row.key, row]));
}

/** What ever stood in one field of one record of one side: value after value, and who put it there. Only what was committed. */
export interface Stood {
  readonly pos: number;
  readonly value: string | null;
  readonly by: 'person' | 'accord';
  /** The row was removed: `value` is null. */
  readonly gone: boolean;
}

export function historyOf(changes: readonly Change[]): ReadonlyMap<string, readonly Stood[]> {
  const history = new Map<string, Stood[]>();
  for (const { pos, by, op, key, tx, was, became } of changes) {
    for (const unit of TEXT_UNITS) {
      const value = textOf(became, unit);
      if (op === 'UPDATE' && value === textOf(was, unit)) continue;
      const at = `${key} ${unit}`;
      const stood = history.get(at) ?? [];
      // A value that its own transaction replaced never stood.
      const last = stood.at(-1);
      if (last !== undefined && lastTx.get(stood) === tx) stood.pop();
      stood.push({ pos, value, by, gone: op === 'DELETE' });
      lastTx.set(stood, tx);
      history.set(at, stood);
    }
  }
  return history;
}

const lastTx = new WeakMap<readonly Stood[], string>();
