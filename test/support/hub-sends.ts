import type { PoolClient } from 'pg';
import { rawOf } from '../../src/core/at-rest.js';
import { dotText, SIDES, vectorText, type Side } from '../../src/core/clock.js';
import { dueBack, holdBack } from '../../src/core/give-back.js';
import type { UnitPlan } from '../../src/core/plan.js';
import type { Unit } from '../../src/core/unit.js';

/** A write batch of one unit to one side, as the engine stores it: with what the side held before. @returns its id */
export async function sendUnit(
  client: PoolClient,
  pipelineId: number,
  linkId: number,
  at: Side,
  unitPlan: UnitPlan,
  unit: Unit,
): Promise<number> {
  const img = unit[at];
  const before = [dotText(img.dot), vectorText(img.ctx), rawOf(unitPlan, at, img)];
  const { rows } = await client.query<{ id: number }>(
    `insert into attempt_batch (id, pipeline_id, side, kind, state, items, payload) values (nextval('batch_id_seq'), $1, $2, 'update', 'sent', 1, $3) returning id`,
    [pipelineId, at, JSON.stringify([{ l: linkId, u: { [unitPlan.key]: before } }])],
  );
  const { id } = rows[0]!;
  await client.query(`update shadow set att_${at === 'A' ? 'a' : 'b'} = $2 where link_id = $1`, [linkId, id]);
  return id;
}

/** A decision was undone: what its sides held before is written there, and acknowledged. */
export async function giveBack(
  client: PoolClient,
  pipelineId: number,
  linkId: number,
  unitPlan: UnitPlan,
  unit: Unit,
): Promise<Unit> {
  let next = unit;
  for (const at of SIDES) {
    const version = dueBack(unitPlan, unit, at);
    if (version === null) continue;
    const batch = await sendUnit(client, pipelineId, linkId, at, unitPlan, unit);
    await client.query(
      `update attempt_batch set state = 'acked', settled_at = clock_timestamp() where id = $1`,
      [batch],
    );
    next = holdBack(next, at, version.raw);
  }
  return next;
}
