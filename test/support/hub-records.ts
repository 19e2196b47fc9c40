import type { Pool, PoolClient } from 'pg';
import { uuidv7 } from '../../src/common/ids.js';
import { acknowledge, author } from '../../src/core/author.js';
import { readUnit, writeUnit } from '../../src/core/at-rest.js';
import { dotText, vectorText, type Side } from '../../src/core/clock.js';
import { conflictKey } from '../../src/core/conflict.js';
import { writeConflict } from '../../src/core/conflict-at-rest.js';
import { derive } from '../../src/core/derive.js';
import { heldBefore } from '../../src/core/give-back.js';
import { writeHeld } from '../../src/core/held-at-rest.js';
import { deriveLife, LIFE_UNIT } from '../../src/core/life.js';
import { fromBothSides, ORIGIN } from '../../src/core/linking.js';
import { observe } from '../../src/core/observe.js';
import type { Plan, UnitPlan } from '../../src/core/plan.js';
import { lacksHead } from '../../src/core/push.js';
import { policyData } from '../../src/core/policy/words.js';
import type { Author, Unit } from '../../src/core/unit.js';
import type { Json } from '../../src/core/value.js';
import { inTransaction } from '../../src/database/transaction.js';
import { fieldsOf } from './fields-of.js';
import { giveBack, sendUnit } from './hub-sends.js';
import { canonOf, readShadow, type Shadow } from './hub-shadow.js';

export interface Edit {
  readonly unit: string;
  readonly side: Side;
  readonly value: Json;
  readonly by?: Author;
  readonly at?: number;
}

/** Puts records into the hub's database the way the engine does: through the core and its stored forms, by compare-and-set. */
export class HubRecords {
  constructor(
    private readonly pool: Pool,
    readonly pipelineId: number,
    readonly plan: Plan,
  ) {}

  /** @param spec more of the pipeline's file */
  static async create(
    pool: Pool,
    plan: Plan,
    undoWindow = '8s',
    { review = {}, ...spec }: { readonly review?: object; readonly fields?: object } = {},
  ): Promise<HubRecords> {
    const { rows } = await pool.query<{ id: number }>(
      `insert into pipeline (name, revision, state) values ($1, 1, 'running') returning id`,
      [plan.pipeline],
    );
    const { id } = rows[0]!;
    await pool.query(
      `insert into pipeline_revision (pipeline_id, revision, spec, source, hash, created_by) values ($1, 1, $2, '', 'h', 'test')`,
      [id, JSON.stringify({ spec: { ...spec, ...fieldsOf(plan, spec), review: { ...review, undoWindow } } })],
    );
    for (const at of ['A', 'B'] as const) {
      await pool.query(
        `insert into side_state (pipeline_id, side, label, connector, object) values ($1, $2, $3, 'postgres', 't')`,
        [id, at, plan.sides[at].label],
      );
    }
    return new HubRecords(pool, id, plan);
  }

  /** A record that both sides agree on. */
  async agreed(
    ids: { readonly a: string; readonly b: string },
    values: Readonly<Record<string, Json>>,
  ): Promise<number> {
    const { rows } = await this.pool.query<{ id: number }>(
      `insert into link (pipeline_id, state, a_id, b_id) values ($1, 'live', $2, $3) returning id`,
      [this.pipelineId, ids.a, ids.b],
    );
    const { id } = rows[0]!;
    const clock = `${dotText(ORIGIN.both.dot)}|${vectorText(ORIGIN.both.ctx)}`;
    const fields: Record<string, Json> = {};
    for (const unitPlan of this.plan.units) {
      const value = canonOf(unitPlan, values[unitPlan.key] ?? null);
      const raw = { value, raw: unitPlan.put('A', value, undefined), stamp: null };
      const unit = fromBothSides(unitPlan, raw, { ...raw, raw: unitPlan.put('B', value, undefined) });
      fields[unitPlan.key] = writeUnit(unitPlan, clock, unit).field;
    }
    await this.pool.query(
      `insert into shadow (link_id, pipeline_id, clock, fields) values ($1, $2, $3, $4)`,
      [id, this.pipelineId, clock, JSON.stringify(fields)],
    );
    await this.pool.query(
      `insert into lineage (link_id, pipeline_id, kind, revision, units) values ($1, $2, 'linked', 1, $3)`,
      [id, this.pipelineId, JSON.stringify({ '*': fields })],
    );
    return id;
  }

  /** Folds edits of one record, derives, and stores registers and conflicts, until the compare-and-set succeeds. */
  async edit(linkId: number, ...edits: readonly Edit[]): Promise<void> {
    while (!(await inTransaction(this.pool, (client) => this.#fold(client, linkId, edits)))) continue;
  }

  /** An edit that simply flows: seen, made head, and on its way to the other side. @returns the write batch */
  async flow(linkId: number, edit: Edit): Promise<number> {
    return inTransaction(this.pool, async (client) => {
      const shadow = await readShadow(client, linkId);
      const unitPlan = this.#planOf(edit.unit);
      const canon = canonOf(unitPlan, edit.value);
      const before = readUnit(shadow.clock, shadow.fields[edit.unit], shadow.open?.[edit.unit]);
      const at = edit.at ?? Date.now();
      const seen = observe(unitPlan, before, {
        side: edit.side,
        value: canon,
        raw: unitPlan.put(edit.side, canon, undefined),
        stamp: [at, at],
        by: edit.by ?? null,
        stale: false,
      });
      const outcome = derive({
        plan: unitPlan,
        unit: seen.unit,
        now: Date.now(),
        sides: this.plan.sides,
        context: {},
      });
      if (outcome.kind !== 'author' || outcome.how !== 'fast-forward' || seen.kind !== 'event')
        throw new Error('the edit does not simply flow');
      const other = edit.side === 'A' ? 'B' : 'A';
      const id = await sendUnit(client, this.pipelineId, linkId, other, unitPlan, before);
      const next = acknowledge(author(seen.unit, outcome), other, undefined);
      await this.#store(client, linkId, shadow, unitPlan, next);
      const event = {
        o: before[edit.side].value,
        v: canon,
        d: dotText(seen.dot),
        c: vectorText(seen.ctx),
        k: 'forward',
        s: [at, at],
      };
      await client.query(
        `insert into lineage (link_id, pipeline_id, kind, side, occurred_at, actor, revision, batch_${other === 'A' ? 'a' : 'b'}, source_tx, units)
         values ($1, $2, 'observed', $3, $4, $5, 1, $6, '711', $7)`,
        [
          linkId,
          this.pipelineId,
          edit.side,
          new Date(at),
          edit.by === undefined ? null : JSON.stringify(edit.by),
          id,
          JSON.stringify({ [edit.unit]: event }),
        ],
      );
      return id;
    });
  }

  /** The end of a write batch: acknowledged, perhaps with exceptions, or dead. */
  async receipt(batch: number, state: 'acked' | 'dead' = 'acked', exceptions: Json = []): Promise<void> {
    await this.pool.query(
      `update attempt_batch set state = $2, exceptions = $3, settled_at = clock_timestamp() where id = $1`,
      [batch, state, JSON.stringify(exceptions)],
    );
  }

  /** Looks again at a unit, as the engine does when a record is due: authors what may be authored now, and writes it to the sides. */
  async settle(linkId: number, key: string, now = Date.now()): Promise<void> {
    while (!(await inTransaction(this.pool, (client) => this.#settle(client, linkId, key, now)))) continue;
  }

  async registers(linkId: number, key: string): Promise<Unit> {
    const { rows } = await this.pool.query<{
      clock: string;
      fields: Record<string, Json>;
      open: Record<string, Json> | null;
    }>('select clock, fields, open from shadow where link_id = $1', [linkId]);
    return readUnit(rows[0]!.clock, rows[0]!.fields[key], rows[0]!.open?.[key]);
  }

  /** Stores the registers of one unit as they are given. */
  async put(linkId: number, key: string, next: Unit): Promise<void> {
    await inTransaction(this.pool, async (client) =>
      this.#store(client, linkId, await readShadow(client, linkId), this.#planOf(key), next),
    );
  }

  async #fold(client: PoolClient, linkId: number, edits: readonly Edit[]): Promise<boolean> {
    const shadow = await readShadow(client, linkId);
    const next: Record<string, Json> = { ...shadow.open };
    const fields: Record<string, Json> = {};
    const events: (readonly [Side, number, Author | null, Json])[] = [];
    for (const { unit: key, side: at, value, by = null, at: when = Date.now() } of edits) {
      const unitPlan = this.#planOf(key);
      const canon = canonOf(unitPlan, value);
      const before = readUnit(
        shadow.clock,
        fields[key] ?? shadow.fields[key] ?? (key === LIFE_UNIT.key ? 'live' : undefined),
        next[key],
      );
      const seen = observe(unitPlan, before, {
        side: at,
        value: canon,
        raw: unitPlan.put(at, canon, undefined),
        stamp: [when, when],
        by: by ?? null,
        stale: false,
      });
      const stored = writeUnit(unitPlan, shadow.clock, seen.unit);
      fields[key] = stored.field;
      if (stored.open === null) Reflect.deleteProperty(next, key);
      else next[key] = stored.open;
      if (seen.kind === 'event') {
        const event = {
          o: before[at].value,
          v: canon,
          d: dotText(seen.dot),
          c: vectorText(seen.ctx),
          k: 'observed',
          s: [when, when],
        };
        events.push([at, when, by, { [key]: event }]);
      }
    }
    if (!(await this.#write(client, linkId, shadow.rev, fields, next))) return false;
    for (const [at, when, by, units] of events) {
      await client.query(
        `insert into lineage (link_id, pipeline_id, kind, side, occurred_at, actor, revision, units) values ($1, $2, 'observed', $3, $4, $5, 1, $6)`,
        [
          linkId,
          this.pipelineId,
          at,
          new Date(when),
          by === null ? null : JSON.stringify(by),
          JSON.stringify(units),
        ],
      );
    }
    for (const key of new Set(edits.map((edit) => edit.unit))) await this.#showConflict(client, linkId, key);
    return true;
  }

  async #settle(client: PoolClient, linkId: number, key: string, now: number): Promise<boolean> {
    const shadow = await readShadow(client, linkId);
    const unitPlan = this.#planOf(key);
    const unit = readUnit(shadow.clock, shadow.fields[key], shadow.open?.[key]);
    const outcome = derive({ plan: unitPlan, unit, now, sides: this.plan.sides, context: {} });
    if (outcome.kind !== 'author') {
      const given = await giveBack(client, this.pipelineId, linkId, unitPlan, unit);
      if (given !== unit && !(await this.#store(client, linkId, shadow, unitPlan, given))) return false;
      await this.#showConflict(client, linkId, key);
      return true;
    }
    const authored = author(unit, outcome);
    const batches: Record<Side, number | null> = { A: null, B: null };
    let next = authored;
    for (const at of ['A', 'B'] as const) {
      if (lacksHead(unitPlan, authored, at))
        batches[at] = await sendUnit(client, this.pipelineId, linkId, at, unitPlan, unit);
      next = acknowledge(next, at, undefined);
    }
    if (!(await this.#store(client, linkId, shadow, unitPlan, next))) return false;
    const event = {
      o: unit.head.value,
      v: next.head.value,
      d: dotText(next.head.dot),
      c: vectorText(next.head.ctx),
      k: outcome.how,
      w: outcome.why,
      ...(outcome.how === 'decision' && { p: writeHeld(unitPlan, heldBefore(unit)) }),
      ...(outcome.overridden.length > 0 && {
        x: outcome.overridden.map(({ version }) => [version.value, dotText(version.dot)]),
      }),
    };
    const decision = unit.decision?.id ?? null;
    await client.query(
      `insert into lineage (link_id, pipeline_id, kind, revision, decision_id, actor, batch_a, batch_b, units) values ($1, $2, $3, 1, $4, $5, $6, $7, $8)`,
      [
        linkId,
        this.pipelineId,
        decision === null ? 'authored' : 'decided',
        decision,
        unit.decision === null ? null : JSON.stringify(unit.decision.by),
        batches.A,
        batches.B,
        JSON.stringify({ [key]: event }),
      ],
    );
    await client.query(
      `update attempt_batch set state = 'acked', settled_at = clock_timestamp() where id = any($1)`,
      [[batches.A, batches.B]],
    );
    if (decision !== null)
      await client.query(`update decision set outcome = 'applied' where id = $1 and outcome = 'held'`, [
        decision,
      ]);
    await client.query(
      `update conflict set state = 'closed', closed_at = clock_timestamp(), changed_at = clock_timestamp(), close_reason = 'decided', rev = rev + 1
       where link_id = $1 and unit = $2 and state <> 'closed'`,
      [linkId, key],
    );
    return true;
  }

  async #store(
    client: PoolClient,
    linkId: number,
    shadow: Shadow,
    unitPlan: UnitPlan,
    next: Unit,
  ): Promise<boolean> {
    const stored = writeUnit(unitPlan, shadow.clock, next);
    const open = { ...shadow.open };
    if (stored.open === null) Reflect.deleteProperty(open, unitPlan.key);
    else open[unitPlan.key] = stored.open;
    return this.#write(client, linkId, shadow.rev, { [unitPlan.key]: stored.field }, open);
  }

  async #write(
    client: PoolClient,
    linkId: number,
    rev: number,
    fields: Readonly<Record<string, Json>>,
    open: Readonly<Record<string, Json>>,
  ): Promise<boolean> {
    const { rowCount } = await client.query(
      `update shadow set rev = rev + 1, fields = fields || $3::jsonb, open = nullif($4::jsonb, '{}') where link_id = $1 and rev = $2`,
      [linkId, rev, JSON.stringify(fields), JSON.stringify(open)],
    );
    return rowCount === 1;
  }

  async #showConflict(client: PoolClient, linkId: number, key: string): Promise<void> {
    const shadow = await readShadow(client, linkId);
    const unitPlan = this.#planOf(key);
    const unit = readUnit(shadow.clock, shadow.fields[key], shadow.open?.[key]);
    const sides = this.plan.sides;
    const outcome =
      key === LIFE_UNIT.key
        ? deriveLife({
            unit,
            now: Date.now(),
            sides,
            policy: this.plan.life,
            editedUnseen: { A: false, B: false },
          })
        : derive({ plan: unitPlan, unit, now: Date.now(), sides, context: {} });
    const { rows } = await client.query<{ id: string; key: string }>(
      `select id, key from conflict where link_id = $1 and unit = $2 and state <> 'closed'`,
      [linkId, key],
    );
    const [shown] = rows;
    if (outcome.kind !== 'conflict') {
      if (outcome.kind !== 'held' && shown !== undefined) {
        await client.query(
          `update conflict set state = 'closed', closed_at = now(), changed_at = clock_timestamp(), close_reason = 'agreed', rev = rev + 1 where id = $1`,
          [shown.id],
        );
      }
      return;
    }
    if (shown?.key === conflictKey(outcome.conflict)) return;
    const doc = writeConflict(unitPlan, unit, outcome.conflict);
    const id = shown?.id ?? uuidv7();
    await client.query(
      `insert into lineage (link_id, pipeline_id, kind, revision, conflict_id, units) values ($1, $2, 'conflict', 1, $3, $4)`,
      [linkId, this.pipelineId, id, JSON.stringify({ [key]: { k: doc.kind, w: doc.reason } })],
    );
    const values = [
      doc.key,
      doc.kind,
      doc.reason,
      doc.base === null ? null : JSON.stringify(doc.base),
      JSON.stringify(doc.candidates),
    ];
    if (shown !== undefined) {
      await client.query(
        `update conflict set rev = rev + 1, state = 'open', key = $2, kind = $3, reason = $4, base = $5, candidates = $6, changed_at = clock_timestamp() where id = $1`,
        [shown.id, ...values],
      );
      return;
    }
    const priority = ['urgent', 'high', 'normal', 'low'].indexOf(unitPlan.priority);
    await client.query(
      `insert into conflict (id, pipeline_id, link_id, unit, state, title, key, kind, reason, base, candidates, policy, revision, priority, opened_at, changed_at)
       values ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10, $11, 1, $12, clock_timestamp(), clock_timestamp())`,
      [
        id,
        this.pipelineId,
        linkId,
        key,
        `Record ${linkId}`,
        ...values,
        JSON.stringify(policyData(unitPlan.policy)),
        priority,
      ],
    );
  }

  #planOf(key: string): UnitPlan {
    return key === LIFE_UNIT.key ? LIFE_UNIT : this.plan.unit.get(key)!;
  }
}
