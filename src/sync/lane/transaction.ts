import type { PoolClient } from 'pg';
import type { ChangePage, Cursor, ItemException, LogEntry, WriteBatch, WriteReceipt } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import { LIFE } from '../../core/plan.js';
import { resolveRecord, type RecordResult } from '../../core/record.js';
import { image } from '../../core/unit.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import { rawOf } from '../../core/at-rest.js';
import { insertBatch, settleBatch, type BatchRow } from '../../database/sql/lane/batches.js';
import { addCounters } from '../../database/sql/lane/counters.js';
import { moveCursor } from '../../database/sql/lane/cursor.js';
import { clearDue, forgetDue, readTime, setAllDue, setDue } from '../../database/sql/lane/due.js';
import { addWaiting, forgetUnmatched } from '../../database/sql/lane/links.js';
import { run } from '../../database/sql/statement.js';
import type { FlapMemory } from '../flap-memory.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { BatchIds } from './batch-ids.js';
import type { BatchLog } from './batch-log.js';
import { writeConflicts } from './conflict-rows.js';
import { foldAbsence, foldState, foldTransaction, type FoldContext, type LastWrite } from './fold.js';
import { lineageDraft, versionEvent } from './lineage.js';
import type { PayloadItem } from './payload.js';
import { writeBlocked, writeLineage, writeLinks, writeRecords } from './persist.js';
import { addLife, addUpdate, type BatchDraft } from './plan-writes.js';
import type { RecordState } from './record-state.js';
import { applyBatchStates, applyException, expectToHold, isCovered } from './settle.js';
import { bySourceTransaction, entriesById, WorkingSet } from './working-set.js';

/** What one transaction of the engine takes in. */
export interface Intake {
  readonly pages: Readonly<Record<Side, ChangePage | null>>;
  /** Cursor and its version per side, as last committed. */
  readonly cursors: Readonly<Record<Side, { readonly cursor: Cursor | null; readonly version: number; readonly readAt: number | null }>>;
  readonly due: readonly number[];
  readonly receipts: readonly { readonly batch: BatchRow; readonly receipt: WriteReceipt; readonly payload: readonly PayloadItem[] }[];
  /** Values read back where a conditional write had missed, now that everything before it has been read. */
  readonly readBacks: readonly ReadBack[];
  /** Sides that may be written. */
  readonly writable: Readonly<Record<Side, boolean>>;
  /** Most records to write per side. */
  readonly budget: Readonly<Record<Side, number>>;
  readonly catchingUp: Readonly<Record<Side, boolean>>;
  /** Records linked a moment ago from states that the log may still repeat. */
  readonly young: ReadonlyMap<number, number>;
  readonly now: number;
}

export interface ReadBack {
  readonly linkId: number;
  readonly side: Side;
  readonly batch: BatchRow;
  readonly item: PayloadItem;
  /** `null`: the record was gone. */
  readonly current: Readonly<Record<string, Raw>> | null;
}

export interface Outgoing {
  readonly row: BatchRow;
  readonly batch: WriteBatch;
  readonly payload: readonly PayloadItem[];
}

export interface Committed {
  readonly outgoing: readonly Outgoing[];
  readonly versions: Readonly<Record<Side, number>>;
  readonly changes: Readonly<Record<Side, number>>;
  readonly waiting: boolean;
  /** Something could not be done now because a side was busy: look again as soon as possible. */
  readonly again: boolean;
  readonly touchedConflicts: readonly string[];
  readonly missed: readonly ReadBack[];
  readonly opened: number;
}

/** Sends one unit at a time where a side refused a record without saying which field it minds. */
export type SoloRecords = Set<number>;

/**
 * Ingest, derive, author, plan and mark as sent: one transaction on the hub, set-based, about as many statements for two thousand
 * records as for one. Nothing outside happens in it; the batches it returns may be written once it has committed, and only then.
 */
export class LaneTransaction {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly log: BatchLog,
    private readonly batchIds: BatchIds,
    private readonly flaps: FlapMemory,
    private readonly solo: SoloRecords,
  ) {}

  /** @throws RegistersMoved: roll back and run again */
  async run(client: PoolClient, intake: Intake): Promise<Committed> {
    const { pipeline, log } = this;
    const [began] = await run(client, readTime, []);
    await this.#recordReceipts(client, intake);
    const set = new WorkingSet(pipeline, client);
    const excepted = exceptionsOf(intake);
    await this.#load(set, intake, excepted);
    await set.loadBatches(log);

    const cursors = cursorsAfter(intake);
    const gates = new Map<RecordState, Awaited<ReturnType<typeof applyBatchStates>>>();
    for (const record of set.records.values()) gates.set(record, await applyBatchStates(client, pipeline, log, record, cursors));
    const missed = this.#applyExceptions(set, excepted, intake);
    const changes = { A: 0, B: 0 };
    const strangers: Record<Side, Set<string>> = { A: new Set(), B: new Set() };
    const vanished: Record<Side, Set<string>> = { A: new Set(), B: new Set() };
    for (const side of SIDES) {
      const page = intake.pages[side];
      if (page?.kind === 'log') changes[side] += await this.#foldLog(client, set, side, page.entries, intake, strangers[side], vanished[side]);
      if (page?.kind === 'states') changes[side] += this.#foldStates(set, side, page, intake, strangers[side]);
    }
    this.#foldReadBacks(set, intake);

    const drafts = new Drafts(this.batchIds);
    const budget = { ...intake.budget };
    const resolved: { record: RecordState; result: RecordResult }[] = [];
    const due = new Map<number, { inMs: number; reason: string }>();
    const records = set.sorted();
    for (const record of records) {
      reconsiderDelete(record);
      const gate = gates.get(record) ?? { unsettled: false, covered: { A: true, B: true } };
      const writable = {
        A: intake.writable.A && gate.covered.A && budget.A > 0,
        B: intake.writable.B && gate.covered.B && budget.B > 0,
      };
      const result = resolveRecord({
        plan: pipeline.plan,
        units: record.units,
        now: intake.now,
        writable,
        unsettled: gate.unsettled,
        fights: (unit, key) => this.flaps.take(record.linkId, unit, key, intake.now, pipeline.plan.flap),
      });
      for (const [key, unit] of result.units) record.units.set(key, unit);
      this.#planWrites(record, result, drafts, budget, intake.now);
      if (result.unlink) record.linkState = 'unlinked';
      else this.#closeDeleted(record, gate.unsettled);
      resolved.push({ record, result });
      const look = lookAgain(record, result, gate.unsettled, intake, budget.A <= 0 || budget.B <= 0);
      if (look !== null) due.set(record.linkId, look);
    }

    const conflicts = await writeConflicts(client, pipeline, resolved);
    for (const record of records) expectToHold(record);
    const written = await writeRecords(client, pipeline, records);
    await writeLineage(client, pipeline, records.flatMap((record) => record.lineage.map((draft) => ({ linkId: record.linkId, draft }))), null);
    await writeLinks(client, pipeline, records);
    await writeBlocked(client, pipeline, records);
    const outgoing = await this.#insertBatches(client, drafts);
    await this.#writeDue(client, intake, set, written, due, began?.at ?? '-infinity');
    await this.#writeStrangers(client, strangers, vanished);
    const versions = await this.#moveCursors(client, intake);
    await this.#count(client, changes, outgoing, conflicts);
    if (conflicts.touched.length > 0) await notify(client, conflicts.touched);
    return {
      outgoing,
      versions,
      changes,
      waiting: strangers.A.size + strangers.B.size > 0,
      again: [...due.values()].some(({ inMs }) => inMs === 0),
      touchedConflicts: conflicts.touched,
      missed,
      opened: conflicts.opened,
    };
  }

  async #recordReceipts(client: PoolClient, intake: Intake): Promise<void> {
    for (const { batch, receipt, payload } of intake.receipts) {
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
      this.log.set({ ...batch, state, position: committed ? receipt.position : null, mark: committed ? receipt.mark : null, settled_ms: intake.now });
      if (state === 'dead') await run(client, setAllDue, [this.pipeline.id, payload.map((item) => item.l), 'write failed']);
    }
  }

  async #load(set: WorkingSet, intake: Intake, excepted: readonly Excepted[]): Promise<void> {
    for (const side of SIDES) {
      const page = intake.pages[side];
      if (page?.kind === 'log' && page.entries.length > 0) await set.loadLog(side, page);
      if (page?.kind === 'states' && page.states.length > 0) await set.loadStates(side, page);
    }
    await set.loadWhole([...new Set([...intake.due, ...excepted.map((e) => e.item.l), ...intake.readBacks.map((r) => r.linkId)])]);
  }

  #applyExceptions(set: WorkingSet, excepted: readonly Excepted[], intake: Intake): ReadBack[] {
    const missed: ReadBack[] = [];
    for (const { batch, item, exception } of excepted) {
      const record = set.records.get(item.l);
      if (record === undefined) continue;
      applyException(this.pipeline, record, batch.side, batch, item, exception, intake.now);
      if (exception.kind === 'missed') missed.push({ linkId: item.l, side: batch.side, batch, item, current: exception.current });
      if (exception.kind === 'gone') missed.push({ linkId: item.l, side: batch.side, batch, item, current: null });
      if (exception.kind === 'rejected' && record.refused.length === 0) this.solo.add(item.l);
      if (exception.kind === 'normalised' && Object.keys(exception.also).length > 0) {
        const read = { start: intake.now, end: intake.now, previous: null };
        foldState(record, batch.side, { id: record.ids[batch.side] ?? '', values: exception.also, modifiedAt: null, by: { kind: 'integration', name: 'trigger' } }, read, this.#foldContext(intake, batch.side, null));
      }
    }
    return missed;
  }

  async #foldLog(
    client: PoolClient,
    set: WorkingSet,
    side: Side,
    entries: readonly LogEntry[],
    intake: Intake,
    strangers: Set<string>,
    vanished: Set<string>,
  ): Promise<number> {
    let changes = 0;
    for (const [id, mine] of entriesById(entries)) {
      const record = set.byId[side].get(id);
      if (record === undefined) {
        const last = mine[mine.length - 1];
        if (last?.op === 'delete') vanished.add(id).add(last.id);
        else if (last !== undefined) strangers.add(last.id);
        continue;
      }
      const lastWrite = await this.#lastWrite(client, record, side, mine, intake);
      const context = this.#foldContext(intake, side, lastWrite, intake.young.has(record.linkId));
      const before = record.lineage.length;
      for (const group of bySourceTransaction(mine)) foldTransaction(record, side, group, context);
      changes += record.lineage.length - before;
    }
    return changes;
  }

  #foldStates(set: WorkingSet, side: Side, page: Extract<ChangePage, { kind: 'states' }>, intake: Intake, strangers: Set<string>): number {
    let changes = 0;
    const read = { start: page.readStart, end: page.readEnd, previous: intake.cursors[side].readAt };
    for (const state of page.states) {
      const record = set.byId[side].get(state.id);
      if (record === undefined) {
        strangers.add(state.id);
        continue;
      }
      const before = record.lineage.length;
      foldState(record, side, state, read, this.#foldContext(intake, side, null));
      changes += record.lineage.length - before;
    }
    return changes;
  }

  /**
   * A write missed although the log, read to behind that write, shows nothing new of what it expected: somebody changed the row without
   * the log seeing it, and what was read stands. A unit that has moved since is the ordinary case: its edit was on its way.
   */
  #foldReadBacks(set: WorkingSet, intake: Intake): void {
    for (const { linkId, side, item, current } of intake.readBacks) {
      const record = set.records.get(linkId);
      if (record === undefined) continue;
      if (current === null) {
        // Its life is known to have moved: the log has spoken already.
        if (!record.units.has(LIFE)) foldAbsence(record, side, intake.now);
        continue;
      }
      const unseen = Object.entries(item.u).filter(([key, pre]) => {
        const plan = this.pipeline.plan.unit.get(key);
        const unit = record.units.get(key);
        return plan !== undefined && unit !== undefined && jsonEqual(rawOf(plan, side, image(unit, side)), pre[2]);
      });
      const columns = new Set(unseen.flatMap(([key]) => (this.pipeline.ends[side].columns.get(key) ?? []).map(([, column]) => column)));
      const values = Object.fromEntries(Object.entries(current).filter(([column]) => columns.has(column)));
      const read = { start: intake.now, end: intake.now, previous: null };
      foldState(record, side, { id: record.ids[side] ?? '', values, modifiedAt: null, by: null }, read, this.#foldContext(intake, side, null));
    }
  }

  #foldContext(intake: Intake, side: Side, lastWrite: LastWrite | null, young = false): FoldContext {
    return { pipeline: this.pipeline, now: intake.now, catchingUp: intake.catchingUp[side] || young, lastWrite };
  }

  /** Our last write to this side, if one of these entries may precede it, or may be a form that was loaded before it. */
  async #lastWrite(client: PoolClient, record: RecordState, side: Side, entries: readonly LogEntry[], intake: Intake): Promise<LastWrite | null> {
    const id = record.att[side];
    const batch = id === null ? undefined : this.log.get(id);
    if (batch === undefined || batch.state !== 'acked') return null;
    const position = batch.position ?? 0;
    const end = this.pipeline.ends[side];
    const recent = intake.now - (batch.settled_ms ?? 0) <= end.staleFormMs && entries.some((e) => e.after !== null && Object.keys(e.after).length > 1);
    const preceding = entries.some((entry) => entry.position <= position) && !isCovered(end.endpoint, intake.cursors[side].cursor, batch);
    if (!recent && !preceding) return null;
    const item = (await this.log.payload(client, batch.id)).get(record.linkId) ?? null;
    return { batchId: batch.id, position, settledAt: batch.settled_ms ?? 0, item };
  }

  #planWrites(record: RecordState, result: RecordResult, drafts: Drafts, budget: Record<Side, number>, now: number): void {
    const batches: Record<Side, number | null> = { A: null, B: null };
    const written: Record<Side, readonly string[]> = { A: [], B: [] };
    for (const side of SIDES) {
      const keys = result.writes[side];
      if (keys.length === 0) continue;
      if (keys[0] === LIFE) {
        if (addLife(this.pipeline, record, side, (kind) => drafts.get(side, kind), now)) batches[side] = record.att[side];
      } else {
        const chosen = this.solo.has(record.linkId) ? keys.slice(0, 1) : keys;
        if (chosen.length < keys.length) record.due = true;
        written[side] = addUpdate(this.pipeline, record, side, chosen, () => drafts.get(side, 'update'), now);
        if (written[side].length > 0) batches[side] = record.att[side];
      }
      if (batches[side] !== null) budget[side]--;
    }
    describeAuthored(record, result, batches, written);
  }

  /** Gone on both sides, and nothing on its way: the link has ended. */
  #closeDeleted(record: RecordState, unsettled: boolean): void {
    const life = record.units.get(LIFE);
    if (life === undefined || unsettled || life.head.value !== 'deleted') return;
    if (SIDES.some((side) => image(life, side).value !== 'deleted')) return;
    const pending = SIDES.some((side) => {
      const id = record.att[side];
      return id !== null && this.log.get(id)?.state !== 'acked';
    });
    if (!pending) record.linkState = 'deleted';
    else record.due = true;
  }

  async #insertBatches(client: PoolClient, drafts: Drafts): Promise<Outgoing[]> {
    const outgoing: Outgoing[] = [];
    for (const draft of drafts.all()) {
      await run(client, insertBatch, [draft.id, this.pipeline.id, draft.side, draft.kind, draft.items.length, JSON.stringify(draft.payload)]);
      const row: BatchRow = { id: draft.id, side: draft.side, kind: draft.kind, state: 'sent', position: null, mark: null, settled_ms: null };
      outgoing.push({ row, batch: { id: String(draft.id), items: draft.items }, payload: draft.payload });
    }
    return outgoing;
  }

  async #writeDue(
    client: PoolClient,
    intake: Intake,
    set: WorkingSet,
    written: ReadonlySet<number>,
    due: ReadonlyMap<number, { inMs: number; reason: string }>,
    began: string,
  ): Promise<void> {
    const done = intake.due.filter((id) => !due.has(id));
    const ended = done.filter((id) => set.records.get(id)?.linkState !== 'live');
    if (ended.length > 0) await run(client, forgetDue, [ended]);
    const live = done.flatMap((id) => {
      const record = set.records.get(id);
      return record === undefined || record.linkState !== 'live' ? [] : [[id, record.rev + (written.has(id) ? 1 : 0)] as const];
    });
    if (live.length > 0) await run(client, clearDue, [live.map(([id]) => id), live.map(([, rev]) => rev), began]);
    if (due.size === 0) return;
    const ids = [...due.keys()].sort((x, y) => x - y);
    await run(client, setDue, [this.pipeline.id, ids, ids.map((id) => due.get(id)?.inMs ?? 0), ids.map((id) => due.get(id)?.reason ?? ''), began]);
  }

  async #writeStrangers(client: PoolClient, strangers: Readonly<Record<Side, Set<string>>>, vanished: Readonly<Record<Side, Set<string>>>): Promise<void> {
    for (const side of SIDES) {
      if (vanished[side].size > 0) await run(client, forgetUnmatched, [this.pipeline.id, side, [...vanished[side]]]);
      if (strangers[side].size > 0) await run(client, addWaiting, [this.pipeline.id, side, [...strangers[side]]]);
    }
  }

  async #moveCursors(client: PoolClient, intake: Intake): Promise<Record<Side, number>> {
    const versions = { A: intake.cursors.A.version, B: intake.cursors.B.version };
    for (const side of SIDES) {
      const page = intake.pages[side];
      if (page === null) continue;
      const [row] = await run(client, moveCursor, [this.pipeline.id, side, versions[side], JSON.stringify(page.cursor)]);
      if (row === undefined) throw new CursorMoved(`the cursor of ${this.pipeline.name}/${side} was moved by another process`);
      versions[side] = row.version;
    }
    return versions;
  }

  async #count(client: PoolClient, changes: Readonly<Record<Side, number>>, outgoing: readonly Outgoing[], conflicts: { opened: number; closed: number }): Promise<void> {
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
    await run(client, addCounters, [this.pipeline.id, keys.map((k) => k.split(' ')[0]), keys.map((k) => k.split(' ')[1] ?? ''), keys.map((k) => amounts.get(k))]);
  }
}

/** Another process has moved this pipeline on: everything known here is out of date. */
export class CursorMoved extends Error {
  override readonly name = 'CursorMoved';
}

interface Excepted {
  readonly batch: BatchRow;
  readonly item: PayloadItem;
  readonly exception: ItemException;
}

function exceptionsOf(intake: Intake): Excepted[] {
  const excepted: Excepted[] = [];
  for (const { batch, receipt, payload } of intake.receipts) {
    if (receipt.status !== 'committed') continue;
    for (const exception of receipt.exceptions) {
      const item = payload[exception.index];
      if (item !== undefined) excepted.push({ batch, item, exception });
    }
  }
  return excepted;
}

function cursorsAfter(intake: Intake): Record<Side, Cursor | null> {
  const of = (side: Side): Cursor | null => intake.pages[side]?.cursor ?? intake.cursors[side].cursor;
  return { A: of('A'), B: of('B') };
}

/**
 * Somebody edited a field after a person had decided that the record is to be deleted: that person has not seen it, and is asked again.
 */
function reconsiderDelete(record: RecordState): void {
  const life = record.units.get(LIFE);
  if (life?.decision?.value !== 'deleted') return;
  const edited = record.lineage.some((draft) => draft.kind === 'observed' && Object.keys(draft.units).some((key) => key !== LIFE));
  if (!edited) return;
  record.staleDecisions.push(life.decision.id);
  record.units.set(LIFE, { ...life, decision: null });
}

/** When and why to look at a record again; what waits for a side that cannot be written is woken when it can. */
function lookAgain(record: RecordState, result: RecordResult, unsettled: boolean, intake: Intake, spent: boolean): { inMs: number; reason: string } | null {
  if (record.linkState !== 'live') return null;
  if (unsettled) return { inMs: 100, reason: 'write unsettled' };
  if (result.lookAgainAt === null) return record.due ? { inMs: 0, reason: 'receipt' } : null;
  if (result.lookAgainAt > 0) return { inMs: Math.max(0, result.lookAgainAt - intake.now), reason: 'undo window' };
  const closed = SIDES.filter((side) => !intake.writable[side]);
  return closed.length > 0 && !record.due ? { inMs: FAR_MS, reason: waitsFor(closed) } : { inMs: spent ? 100 : 0, reason: spent ? 'budget spent' : 'side busy' };
}

const FAR_MS = 100 * 365 * 86_400_000;

/** The reason of a due record that waits for sides to be writable again. */
export function waitsFor(sides: readonly Side[]): string {
  return `waits for ${sides.join(' and ')}`;
}

/** The lineage of what was authored: a fast-forward is told by the edit's own row, everything else has a row of the hub's. */
function describeAuthored(record: RecordState, result: RecordResult, batches: Readonly<Record<Side, number | null>>, written: Readonly<Record<Side, readonly string[]>>): void {
  const told = new Set<string>();
  const carries = (side: Side, key: string): boolean => written[side].includes(key) || (key === LIFE && result.writes[side][0] === LIFE);
  for (const { key, outcome, before, after } of result.authored) {
    told.add(key);
    if (outcome.how === 'fast-forward') {
      const row = [...record.lineage].reverse().find((draft) => draft.units[key]?.k === 'observed' || draft.units[key]?.k === 'stale-form');
      if (row !== undefined) {
        (row.units[key] as { k: string }).k = 'forward';
        for (const side of SIDES) if (carries(side, key)) row.batch[side] ??= batches[side];
        continue;
      }
    }
    const draft = lineageDraft(outcome.how === 'decision' ? 'decided' : 'authored');
    draft.by = outcome.how === 'decision' ? (before.decision?.by ?? null) : null;
    draft.decisionId = before.decision?.id ?? null;
    for (const side of SIDES) if (carries(side, key)) draft.batch[side] = batches[side];
    draft.units[key] = {
      ...versionEvent(outcome.how, before.head.value, after.head),
      w: outcome.why,
      ...(outcome.overridden.length > 0 && { x: outcome.overridden.map((o) => [o.version.value, o.version.dot === null ? '' : o.version.dot.actor + String(o.version.dot.n)] as const) }),
    };
    record.lineage.push(draft);
  }
  for (const side of SIDES) {
    const again = written[side].filter((key) => !told.has(key));
    if (again.length === 0) continue;
    const draft = lineageDraft('written', side);
    draft.batch[side] = batches[side];
    for (const key of again) {
      const head = record.units.get(key)?.head;
      if (head !== undefined) draft.units[key] = { ...versionEvent('written', head.value, head) };
    }
    record.lineage.push(draft);
  }
}

async function notify(client: PoolClient, conflicts: readonly string[]): Promise<void> {
  const shown = conflicts.length > 50 ? [] : conflicts;
  const payloads = shown.length > 0 ? shown.map((id) => JSON.stringify({ type: 'conflict', id: `cf_${id}` })) : [JSON.stringify({ type: 'conflict', id: null })];
  await client.query(`select pg_notify('accord_events', p) from unnest($1::text[]) as p`, [payloads]);
}

/** The write batches in the making: one per side and kind. */
class Drafts {
  readonly #drafts = new Map<string, BatchDraft>();

  constructor(private readonly ids: BatchIds) {}

  get(side: Side, kind: BatchRow['kind']): BatchDraft {
    const key = `${side} ${kind}`;
    let draft = this.#drafts.get(key);
    if (draft === undefined) {
      draft = { id: this.ids.take(), side, kind, items: [], payload: [] };
      this.#drafts.set(key, draft);
    }
    return draft;
  }

  all(): readonly BatchDraft[] {
    return [...this.#drafts.values()];
  }
}
