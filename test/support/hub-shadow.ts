import type { PoolClient } from 'pg';
import { canonise } from '../../src/core/canon/codec.js';
import { LIFE_UNIT } from '../../src/core/life.js';
import type { UnitPlan } from '../../src/core/plan.js';
import type { Canon, FieldType, Json } from '../../src/core/value.js';

export function canonOf(plan: UnitPlan, value: Json): Canon {
  if (plan.key === LIFE_UNIT.key) return value;
  if (!plan.isGroup) return canonise(plan.type as FieldType, value, plan.key);
  const parts = (value ?? {}) as { readonly [name: string]: Json };
  return Object.fromEntries(plan.members.map((member) => [member.field, parts[member.field] ?? null]));
}

export interface Shadow {
  readonly rev: number;
  readonly clock: string;
  readonly fields: Readonly<Record<string, Json>>;
  readonly open: Readonly<Record<string, Json>> | null;
}

export async function readShadow(client: PoolClient, linkId: number): Promise<Shadow> {
  const { rows } = await client.query<Shadow>(
    'select rev, clock, fields, open from shadow where link_id = $1 for update',
    [linkId],
  );
  return rows[0]!;
}
