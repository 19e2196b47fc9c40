import type { PoolClient } from 'pg';
import { failpoint } from '../../common/failpoint.js';
import { SIDES, type Side } from '../../core/clock.js';
import { LIFE } from '../../core/plan.js';
import { resolveRecord, type RecordResult } from '../../core/record.js';
import { isScopeKnown } from '../../core/scope.js';
import { image } from '../../core/unit.js';
import { announcePipeline } from '../../database/sql/announce-pipeline.js';
import { settleBatch } from '../../database/sql/lane/batches.js';
import { addCounters } from '../../database/sql/lane/counters.js';
import { moveCursor } from '../../database/sql/lane/cursor.js';
import { readTime, setAllDue } from '../../database/sql/lane/due.js';
import { addWaiting, forgetUnmatched, requeueQuestioned } from '../../database/sql/lane/links.js';
import { setRecastPosition } from '../../database/sql/lane/recast.js';
import { run } from '../../database/sql/statement.js';
import type { FlapMemory } from '../flap-memory.js';
import { referrersOf } from '../references/referrers.js';
import { lockWaits, useChanges, wakeByLife, writeUses, type UseChanges } from '../references/uses.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { BatchIds } from './batch-ids.js';
import type { BatchLog } from './batch-log.js';
import { writeConflicts } from './conflict-rows.js';
import { describeAuthored } from './describe-authored.js';
import { Drafts } from './drafts.js';
import { lookAgain, writeDue, type Due } from './due-rows.js';
import { Gather, type Gathered } from './gather.js';
import { GuardWatch, type Guarded } from './guard-watch.js';
import type { Committed, Intake, Outgoing, SoloRecords } from './intake.js';
import { carryMerges, tellsMerges } from './merges.js';
import {
  lineageOf,
  shadowRows,
  writeBlocked,
  writeLineage,
  writeLinks,
  writeRenamed,
  writeRecords,
  type ShadowRows,
} from './persist.js';
import { addLife } from './plan-life.js';
import { addUpdate } from './plan-writes.js';
import type { RecordState } from './record-state.js';
import { reconsiderDelete } from './reconsider-delete.js';
import { askAboutGone, noteScope, writeScopes } from './scope-rows.js';
import { expectToHold } from './settle.js';
import type { WorkingSet } from './working-set.js';

/** A transaction that is worked out and not stored yet. */
export interface Worked {
  readonly intake: Intake;
  /** The server's time before anything was read. */
  readonly began: string;
  readonly set: WorkingSet;
  readonly records: readonly RecordState[];
  readonly resolved: readonly { readonly record: RecordState; readonly result: RecordResult }[];
  readonly due: ReadonlyMap<number, Due>;
  readonly drafts: Drafts;
  readonly shadows: ShadowRows;
  readonly uses: UseChanges;
  readonly guarded: Guarded;
  readonly missed: Gathered['missed'];
  readonly changes: Gathered['changes'];
  readonly strangers: Gathered['strangers'];
  readonly vanished: Gathered['vanished'];
  readonly renamed: Gathered['renamed'];
}

/**
 * Ingest, derive, author, plan and mark as sent: one transaction on the hub, set-based, about as many statements for two thousand
 * records as for one. Nothing outside happens in it; the batches it returns may be written once it has committed, and only then.
 */
export class LaneTransaction {
  readonly #gather: Gather;
  readonly #guards: GuardWatch;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly log: BatchLog,
    private readonly batchIds: BatchIds,
    private readonly flaps: FlapMemory,
    private readonly solo: SoloRecords,
  ) {
    this.#gather = new Gather(pipeline, log, solo);
    this.#guards = new GuardWatch(pipeline);
  }

  /**
   * @param onWorked called when nothing is left but to store
   * @throws RegistersMoved: roll back and run again
   */
  async run(client: PoolClient, intake: Intake, onWorked: (worked: Worked) => void): Promise<Committed> {
    await this.#recordReceipts(client, intake.receipts, intake.now);
    await failpoint('lane.receipts-recorded');
    await carryMerges(client, this.pipeline, intake.pages);
    const worked = await this.work(client, intake, null);
    if (worked === null) throw new RangeError('a transaction that waits for nobody was not worked out');
    onWorked(worked);
    return await this.#store(client, worked);
  }

  /**
   * Stores what was worked out before, with the receipts that have come in since; they must be plain (committed, no exceptions).
   * @throws RegistersMoved: nothing of it may stand
   */
  async storeWorked(
    client: PoolClient,
    worked: Worked,
    receipts: Intake['receipts'],
    onWorked: (worked: Worked) => void,
  ): Promise<Committed> {
    await this.#recordReceipts(client, receipts, worked.intake.now);
    onWorked(worked);
    return await this.#store(client, worked);
  }

  /**
   * Loads, folds, derives and plans; writes nothing.
   *
   * @param busy records that another transaction is storing; `null`: there is none, and everything may be worked out
   * @returns `null` when it would concern a record that is busy, or unknown ones
   */
  async work(client: PoolClient, intake: Intake, busy: ReadonlySet<number> | null): Promise<Worked | null> {
    const [began] = await run(client, readTime, []);
    const gathered = await this.#gather.gather(client, intake);
    const { set, gates, missed, changes, strangers, vanished, renamed } = gathered;
    const { pipeline } = set;
    await failpoint('lane.gathered');
    const unknown = SIDES.some((side) => strangers[side].size + vanished[side].size > 0);
    if (busy !== null && (unknown || [...set.records.keys()].some((id) => busy.has(id)))) return null;

    const drafts = new Drafts(this.batchIds);
    const budget = { ...intake.budget };
    const resolved: { record: RecordState; result: RecordResult }[] = [];
    const due = new Map<number, Due>();
    const records = set.sorted();
    const guarded = await this.#guards.look(client, records, intake);
    const referrers = await referrersOf(client, pipeline, records, busy !== null);
    if (referrers === null) return null;
    for (const record of records) {
      reconsiderDelete(record, pipeline.plan);
      askAboutGone(pipeline, record);
      const gate = gates.get(record) ?? { unsettled: false, covered: { A: true, B: true } };
      const unsettled = gate.unsettled || !isScopeKnown(pipeline.plan, record.units);
      const writable = {
        A: intake.writable.A && gate.covered.A && budget.A > 0,
        B: intake.writable.B && gate.covered.B && budget.B > 0,
      };
      const result = resolveRecord({
        plan: pipeline.plan,
        units: record.units,
        now: intake.now,
        writable,
        unsettled,
        keptOut: record.keptOut,
        referrers: referrers.get(record.linkId) ?? null,
        fights: (unit, key) => this.flaps.take(record.linkId, unit, key, intake.now, pipeline.plan.flap),
      });
      for (const [key, unit] of result.units) record.units.set(key, unit);
      this.#guards.release(record, result);
      this.#planWrites(pipeline, record, result, drafts, budget, intake.now);
      if (result.unlink) record.linkState = 'unlinked';
      else this.#closeDeleted(record, unsettled);
      noteScope(pipeline, record);
      resolved.push({ record, result });
      const look = lookAgain(record, result, unsettled, intake, budget.A <= 0 || budget.B <= 0);
      if (look !== null) due.set(record.linkId, look);
    }

    for (const record of records) expectToHold(record);
    const shadows = shadowRows(pipeline, records);
    const uses = useChanges(pipeline, records);
    const at = began?.at ?? '-infinity';
    const told = { missed, changes, strangers, vanished, renamed };
    return { intake, began: at, set, records, resolved, due, drafts, shadows, uses, guarded, ...told };
  }

  async #store(client: PoolClient, worked: Worked): Promise<Committed> {
    const { pipeline } = worked.set;
    const { intake, began, set, records, resolved, due, drafts, missed, changes, strangers } = worked;
    await lockWaits(client, pipeline, worked.uses.waits);
    const tripped = await this.#guards.store(client, worked.guarded, records);
    const conflicts = await writeConflicts(client, pipeline, resolved);
    await failpoint('lane.conflicts-written');
    const writing = writeRecords(client, worked.shadows);
    writing.catch(() => undefined);
    // The server updates the shadows meanwhile.
    const lineage = lineageOf(pipeline, records);
    const written = await writing;
    await failpoint('lane.shadows-written');
    await writeLineage(client, pipeline, lineage, null);
    await failpoint('lane.lineage-written');
    await writeLinks(client, pipeline, records);
    await writeScopes(client, records);
    await writeBlocked(client, pipeline, records);
    await writeUses(client, pipeline, worked.uses);
    await wakeByLife(client, pipeline, records);
    const outgoing = await drafts.insert(client, pipeline.id);
    await failpoint('lane.batches-inserted');
    await writeDue(client, pipeline.id, intake, set, written, due, began);
    await failpoint('lane.due-written');
    await this.#writeStrangers(client, worked);
    if (intake.recast !== null) await run(client, setRecastPosition, [pipeline.id, intake.recast.upTo]);
    const versions = await this.#moveCursors(client, intake);
    await failpoint('lane.cursors-moved');
    await this.#count(client, changes, outgoing, conflicts);
    if (conflicts.touched.length > 0) await notify(client, conflicts.touched);
    if (tripped > 0) await run(client, announcePipeline, [pipeline.name]);
    return {
      outgoing,
      versions,
      changes,
      waiting: strangers.A.size + strangers.B.size > 0 || tellsMerges(intake.pages),
      again: [...due.values()].some(({ inMs }) => inMs === 0),
      touchedConflicts: conflicts.touched,
      missed,
      opened: conflicts.opened,
    };
  }

  async #recordReceipts(client: PoolClient, receipts: Intake['receipts'], now: number): Promise<void> {
    for (const { batch, receipt, payload } of receipts) {
      const committed = receipt.status === 'committed';
      const state = committed ? 'acked' : receipt.status === 'dead' ? 'dead' : 'unknown';
      await run(client, settleBatch, [
        batch.id,
        state,
        committed ? receipt.position : null,
        committed ? receipt.mark : null,
        committed && receipt.exceptions.length > 0 ? JSON.stringify(receipt.exceptions) : null,
        committed ? null : receipt.reason,
      ]);
      this.log.set({
        ...batch,
        state,
        position: committed ? receipt.position : null,
        mark: committed ? receipt.mark : null,
        settled_ms: now,
      });
      if (state === 'dead')
        await run(client, setAllDue, [this.pipeline.id, payload.map((item) => item.l), 'write failed']);
    }
  }

  #planWrites(
    pipeline: RunningPipeline,
    record: RecordState,
    result: RecordResult,
    drafts: Drafts,
    budget: Record<Side, number>,
    now: number,
  ): void {
    const batches: Record<Side, number | null> = { A: null, B: null };
    const written: Record<Side, readonly string[]> = { A: [], B: [] };
    for (const side of SIDES) {
      const keys = result.writes[side];
      if (keys.length === 0) continue;
      if (keys[0] === LIFE) {
        if (addLife(pipeline, record, side, (kind) => drafts.get(side, kind), now))
          batches[side] = record.att[side];
        written[side] = batches[side] === null ? [] : [LIFE];
      } else {
        const chosen = this.solo.has(record.linkId) ? keys.slice(0, 1) : keys;
        if (keys.length === 1) this.solo.delete(record.linkId);
        if (chosen.length < keys.length) record.due = true;
        written[side] = addUpdate(pipeline, record, side, chosen, () => drafts.get(side, 'update'), now);
        if (written[side].length > 0) batches[side] = record.att[side];
      }
      if (batches[side] !== null) budget[side]--;
    }
    describeAuthored(pipeline.plan, record, result, batches, written);
  }

  /** Gone on both sides, and nothing on its way: the link has ended. */
  #closeDeleted(record: RecordState, unsettled: boolean): void {
    const life = record.units.get(LIFE);
    if (life === undefined || unsettled || life.head.value !== 'deleted' || record.linkState !== 'live')
      return;
    if (SIDES.some((side) => image(life, side).value !== 'deleted')) return;
    // Somebody has taken the deletion back, or is about to decide anew: the record may be made again.
    if (life.contest !== null || life.decision !== null) return;
    const pending = SIDES.some((side) => {
      const id = record.att[side];
      return id !== null && this.log.get(id)?.state !== 'acked';
    });
    if (pending) record.due = true;
    else {
      record.linkState = 'deleted';
      // Whoever is deciding meanwhile finds the registers moved.
      record.dirty = true;
    }
  }

  async #writeStrangers(client: PoolClient, { strangers, vanished, renamed }: Worked): Promise<void> {
    for (const side of SIDES) {
      await writeRenamed(client, this.pipeline, side, renamed[side]);
      if (vanished[side].size > 0)
        for (const statement of [forgetUnmatched, requeueQuestioned])
          await run(client, statement, [this.pipeline.id, side, [...vanished[side]]]);
      if (strangers[side].size > 0)
        await run(client, addWaiting, [this.pipeline.id, side, [...strangers[side]]]);
    }
  }

  async #moveCursors(client: PoolClient, intake: Intake): Promise<Record<Side, number>> {
    const versions = { A: intake.cursors.A.version, B: intake.cursors.B.version };
    for (const side of SIDES) {
      const page = intake.pages[side];
      if (page === null) continue;
      const [row] = await run(client, moveCursor, [
        this.pipeline.id,
        side,
        versions[side],
        JSON.stringify(page.cursor),
        page.cursor !== intake.cursors[side].cursor,
      ]);
      if (row === undefined)
        throw new CursorMoved(`the cursor of ${this.pipeline.name}/${side} was moved by another process`);
      versions[side] = row.version;
    }
    return versions;
  }

  async #count(
    client: PoolClient,
    changes: Readonly<Record<Side, number>>,
    outgoing: readonly Outgoing[],
    conflicts: { opened: number; closed: number },
  ): Promise<void> {
    const amounts = new Map<string, number>();
    const add = (name: string, labels: string, amount: number): void => {
      if (amount > 0) amounts.set(`${name} ${labels}`, (amounts.get(`${name} ${labels}`) ?? 0) + amount);
    };
    for (const side of SIDES) add('changes', side, changes[side]);
    for (const { row, batch } of outgoing) add('writes', row.side, batch.items.length);
    add('conflicts_opened', '', conflicts.opened);
    add('conflicts_closed', '', conflicts.closed);
    if (amounts.size === 0) return;
    const keys = [...amounts.keys()].sort();
    await run(client, addCounters, [
      this.pipeline.id,
      keys.map((k) => k.split(' ')[0]),
      keys.map((k) => k.split(' ')[1] ?? ''),
      keys.map((k) => amounts.get(k)),
    ]);
  }
}

/** Another process has moved this pipeline on: everything known here is out of date. */
export class CursorMoved extends Error {
  override readonly name = 'CursorMoved';
}

async function notify(client: PoolClient, conflicts: readonly string[]): Promise<void> {
  const shown = conflicts.length > 50 ? [] : conflicts;
  const payloads =
    shown.length > 0
      ? shown.map((id) => JSON.stringify({ type: 'conflict', id: `cf_${id}` }))
      : [JSON.stringify({ type: 'conflict', id: null })];
  await client.query(`select pg_notify('accord_events', p) from unnest($1::text[]) as p`, [payloads]);
}
