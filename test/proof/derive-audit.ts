import type pg from 'pg';
import { conflictKey } from '../../src/core/conflict.js';
import { LIFE, type Plan } from '../../src/core/plan.js';
import type { Excluded } from '../../src/database/sql/lane/scope.js';
import { resolveRecord } from '../../src/core/record.js';
import { RecordState } from '../../src/sync/lane/record-state.js';

interface ShadowRow {
  readonly link_id: number;
  readonly a_id: string | null;
  readonly b_id: string | null;
  readonly rev: number;
  readonly clock: string;
  readonly fields: Record<string, unknown>;
  readonly open: Record<string, unknown> | null;
  readonly att_a: number | null;
  readonly att_b: number | null;
  readonly linked_at: number;
  readonly excluded: Excluded | null;
  readonly kept_out: boolean;
}

/**
 * Derives every unit of every live link anew from its stored registers, and tells where a conflict row is missing, says something
 * else, or should not be there; where something is still to be authored or written though nothing is on its way; and which registers
 * rely on a write that did not happen.
 */
export async function auditDerive(pool: pg.Pool, plan: Plan): Promise<readonly string[]> {
  const found: string[] = [];
  const { rows } = await pool.query<ShadowRow>(
    `select s.link_id, l.a_id, l.b_id, s.rev, s.clock, s.fields, s.open, s.att_a, s.att_b, date_part('epoch', l.created_at) * 1000 as linked_at, l.excluded, l.kept_out
     from shadow s join link l on l.id = s.link_id where l.state = 'live'`,
  );
  const conflicts = new Map(
    (
      await pool.query<{ link_id: number; unit: string; key: string; state: string }>(
        `select link_id, unit, key, state from conflict where state <> 'closed'`,
      )
    ).rows.map((row) => [`${String(row.link_id)} ${row.unit}`, row]),
  );
  const now = Date.now();
  for (const row of rows) {
    const record = new RecordState(row);
    record.addWhole(plan, row.fields);
    const result = resolveRecord({
      plan,
      units: record.units,
      now,
      writable: { A: true, B: true },
      unsettled: false,
      keptOut: record.keptOut,
      fights: () => false,
    });
    const at = (unit: string): string => `${String(row.link_id)} ${unit}`;
    for (const [unit, conflict] of result.conflicts) {
      const stored = conflicts.get(at(unit));
      conflicts.delete(at(unit));
      if (stored === undefined) found.push(`${at(unit)}: derived a conflict (${conflict.kind}), no row`);
      else if (stored.state !== 'open' || stored.key !== conflictKey(conflict))
        found.push(
          `${at(unit)}: derived ${conflictKey(conflict)}, the row says ${stored.state} ${stored.key}`,
        );
    }
    for (const unit of result.held.keys()) {
      const stored = conflicts.get(at(unit));
      conflicts.delete(at(unit));
      if (stored?.state !== 'held')
        found.push(`${at(unit)}: held, the row says ${stored?.state ?? 'nothing'}`);
    }
    // While it is open whether the record exists, the questions about its fields wait as they are.
    if (result.conflicts.has(LIFE) || result.held.has(LIFE))
      for (const unit of plan.unit.keys()) conflicts.delete(at(unit));
    for (const { key, outcome } of result.authored)
      found.push(`${at(key)}: still to be authored (${outcome.how})`);
    for (const side of ['A', 'B'] as const)
      for (const unit of result.writes[side]) found.push(`${at(unit)}: still to be written to ${side}`);
  }
  for (const { link_id, unit, state, key } of conflicts.values())
    found.push(`${String(link_id)} ${unit}: a row says ${state} ${key}, nothing derives it`);
  const dead = await pool.query<{ text: string }>(
    `select s.link_id || ' relies on batch ' || b.id || ', which is ' || b.state as text
     from shadow s join link l on l.id = s.link_id and l.state = 'live' join attempt_batch b on b.id in (s.att_a, s.att_b) where b.state <> 'acked'`,
  );
  return [...found, ...dead.rows.map(({ text }) => text)];
}
