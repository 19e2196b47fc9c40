import type { PoolClient } from 'pg';
import type { ChangePage, ItemException, LogEntry } from '../../connectors/connector.js';
import { isArchived } from '../../core/archive.js';
import { rawOf } from '../../core/at-rest.js';
import { dotText, SIDES, type Side } from '../../core/clock.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE } from '../../core/plan.js';
import { image } from '../../core/unit.js';
import { jsonEqual } from '../../core/value.js';
import type { BatchRow } from '../../database/sql/lane/batches.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { BatchLog } from './batch-log.js';
import { BulkEdits } from './bulk-edits.js';
import { foldAbsence, foldState, foldTransaction } from './fold.js';
import type { FoldContext, LastWrite } from './fold-context.js';
import { cursorsAfter, type Intake, type ReadBack, type SoloRecords } from './intake.js';
import type { PayloadItem } from './payload.js';
import { recastPage } from './recast-page.js';
import type { RecordState } from './record-state.js';
import { reunite } from './reunite.js';
import { foldNotThere, foldSetBack } from './set-back.js';
import { lookUpReferences, rebindRecords } from '../references/look-up.js';
import { tryRefusedAgain } from '../references/refused.js';
import { applyBatchStates, applyException, isCovered, type WriteGate } from './settle.js';
import { mayBeToldBefore } from './told-before.js';
import { bySourceTransaction, entriesById, WorkingSet } from './working-set.js';

/** All records that an intake concerns, with everything that it says folded into their registers. */
export interface Gathered {
  readonly set: WorkingSet;
  readonly gates: ReadonlyMap<RecordState, WriteGate>;
  readonly missed: readonly ReadBack[];
  readonly changes: Readonly<Record<Side, number>>;
  /** Ids without a link: seen, and gone again. */
  readonly strangers: Readonly<Record<Side, ReadonlySet<string>>>;
  readonly vanished: Readonly<Record<Side, ReadonlySet<string>>>;
  /** Ids without a link: records that go by another one now. Before → after. */
  readonly renamed: Readonly<Record<Side, ReadonlyMap<string, string>>>;
}

/** Loads and folds: the first half of a lane transaction, which only reads. */
export class Gather {
  readonly #bulk = new BulkEdits();

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly log: BatchLog,
    private readonly solo: SoloRecords,
  ) {}

  async gather(client: PoolClient, intake: Intake): Promise<Gathered> {
    const { log } = this;
    const set = new WorkingSet(this.pipeline, client);
    const excepted = exceptionsOf(intake);
    await this.#load(set, intake, excepted);
    await set.loadBatches(log);
    // What a dead batch had promised is taken back as a whole, also where nothing else touches those units now.
    // And what is edited while its delete is on its way is a question about the record.
    const whole = set.sorted().filter((record) => SIDES.some((side) => this.#isUndecided(record, side)));
    await set.loadWhole(whole.map((record) => record.linkId));
    const pipeline = await lookUpReferences(client, this.pipeline, set, intake);
    set.pipeline = pipeline;
    if (intake.recast !== null) recastPage(pipeline, set, intake.recast, intake.now);

    rebindRecords(pipeline, set, log);
    const cursors = cursorsAfter(intake);
    const gates = new Map<RecordState, WriteGate>();
    for (const record of set.records.values())
      gates.set(record, await applyBatchStates(client, pipeline, log, record, cursors));
    const missed = this.#applyExceptions(set, excepted, intake);
    await tryRefusedAgain(
      client,
      pipeline,
      [...intake.due.keys()].flatMap((id) => {
        const record = set.records.get(id);
        return record === undefined || gates.get(record)?.unsettled === true ? [] : [record];
      }),
    );
    reunite(pipeline, set, intake);
    const changes = { A: 0, B: 0 };
    const strangers: Record<Side, Set<string>> = { A: new Set(), B: new Set() };
    const vanished: Record<Side, Set<string>> = { A: new Set(), B: new Set() };
    const renamed: Record<Side, Map<string, string>> = { A: new Map(), B: new Map() };
    for (const side of SIDES) {
      const page = intake.pages[side];
      if (page?.kind === 'log') {
        changes[side] += await this.#foldLog(client, set, side, page.entries, intake, {
          seen: strangers[side],
          gone: vanished[side],
          renamed: renamed[side],
        });
      }
      if (page?.kind === 'states')
        changes[side] += this.#foldStates(set, side, page, intake, strangers[side]);
    }
    this.#foldReadBacks(set, intake);
    this.#foldAbsent(set, intake);
    return { set, gates, missed, changes, strangers, vanished, renamed };
  }

  #isUndecided(record: RecordState, side: Side): boolean {
    const id = record.att[side];
    const batch = id === null ? undefined : this.log.get(id);
    return batch?.state === 'dead' || (batch?.kind === 'delete' && batch.state !== 'acked');
  }

  async #load(set: WorkingSet, intake: Intake, excepted: readonly Excepted[]): Promise<void> {
    for (const side of SIDES) {
      const page = intake.pages[side];
      if (page?.kind === 'log' && page.entries.length > 0) await set.loadLog(side, page);
      if (page?.kind === 'states' && page.states.length > 0) await set.loadStates(side, page);
    }
    await set.loadWhole([
      ...new Set([
        ...intake.due.keys(),
        ...excepted.map((e) => e.item.l),
        ...intake.readBacks.map((r) => r.linkId),
        ...(intake.absent?.linkIds ?? []),
        ...(intake.recast?.linkIds ?? []),
      ]),
    ]);
  }

  #applyExceptions(set: WorkingSet, excepted: readonly Excepted[], intake: Intake): ReadBack[] {
    const missed: ReadBack[] = [];
    for (const { batch, item, exception } of excepted) {
      const record = set.records.get(item.l);
      if (record === undefined) continue;
      applyException(set.pipeline, record, batch.side, batch, item, exception, intake.now);
      if (exception.kind === 'missed')
        missed.push({ linkId: item.l, side: batch.side, batch, item, current: exception.current });
      if (exception.kind === 'gone')
        missed.push({ linkId: item.l, side: batch.side, batch, item, current: null });
      if (exception.kind === 'rejected' && record.refused.length === 0) this.solo.add(item.l);
      if (exception.kind === 'normalised' && Object.keys(exception.also).length > 0) {
        const read = { start: intake.now, end: intake.now, previous: null };
        foldState(
          record,
          batch.side,
          {
            id: record.ids[batch.side] ?? '',
            values: exception.also,
            modifiedAt: null,
            by: { kind: 'integration', name: 'trigger' },
          },
          read,
          this.#foldContext(set, intake, batch.side, null),
        );
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
    strangers: Strangers,
  ): Promise<number> {
    let changes = 0;
    for (const [id, mine] of entriesById(entries)) {
      const record = set.byId[side].get(id);
      if (record === undefined) {
        const last = mine[mine.length - 1];
        if (last === undefined) continue;
        if (last.op === 'delete' || last.id !== id) strangers.gone.add(id).add(last.id);
        if (last.op === 'delete') continue;
        if (last.id !== id) strangers.renamed.set(id, last.id);
        strangers.seen.add(last.id);
        continue;
      }
      const lastWrite = await this.#lastWrite(client, record, side, mine, intake);
      const context = this.#foldContext(set, intake, side, lastWrite, record);
      const before = record.lineage.length;
      for (const group of bySourceTransaction(mine)) foldTransaction(record, side, group, context);
      changes += record.lineage.length - before;
    }
    return changes;
  }

  #foldStates(
    set: WorkingSet,
    side: Side,
    page: Extract<ChangePage, { kind: 'states' }>,
    intake: Intake,
    strangers: Set<string>,
  ): number {
    let changes = 0;
    const read = { start: page.readStart, end: page.readEnd, previous: intake.cursors[side].readAt };
    for (const state of page.states) {
      const record = set.byId[side].get(state.id);
      if (record === undefined) {
        strangers.add(state.id);
        continue;
      }
      const before = record.lineage.length;
      if (intake.setBack === side) {
        foldSetBack(set.pipeline, record, side, state);
        continue;
      }
      foldState(record, side, state, read, {
        ...this.#foldContext(set, intake, side, null),
        anew: intake.anew,
      });
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
        // Unless the log speaks of its life just now; that it was known to live before says nothing.
        const told = record.lineage.some(
          (draft) => draft.kind === 'observed' && draft.side === side && LIFE in draft.units,
        );
        if (!told && image(record.life(), side).value !== 'deleted') foldAbsence(record, side, intake.now);
        continue;
      }
      // Gone by now, or deleted by a later write of ours: that it stood there before says nothing.
      if (image(record.life(), side).value === 'deleted' && !isArchived(record.life(), side)) continue;
      const unseen = Object.entries(item.u).filter(([key, pre]) => {
        const plan = set.pipeline.plan.unit.get(key);
        const unit = record.units.get(key);
        if (plan === undefined || unit === undefined) return false;
        const img = image(unit, side);
        // The value alone would not tell: an edit may have brought back what the write had expected.
        return dotText(img.dot) === pre[0] && jsonEqual(rawOf(plan, side, img), pre[2]);
      });
      const columns = new Set(
        unseen.flatMap(([key]) =>
          (this.pipeline.ends[side].columns.get(key) ?? []).map(([, column]) => column),
        ),
      );
      const mark = set.pipeline.plan.archive?.[side];
      const pre = item.u[LIFE];
      if (
        mark !== undefined &&
        pre !== undefined &&
        jsonEqual(rawOf(LIFE_UNIT, side, image(record.life(), side)), pre[2])
      )
        columns.add(mark.column);
      const values = Object.fromEntries(Object.entries(current).filter(([column]) => columns.has(column)));
      const read = { start: intake.now, end: intake.now, previous: null };
      foldState(
        record,
        side,
        { id: record.ids[side] ?? '', values, modifiedAt: null, by: null },
        read,
        this.#foldContext(set, intake, side, null),
      );
    }
  }

  #foldAbsent(set: WorkingSet, { absent, setBack, now }: Intake): void {
    if (absent === null) return;
    for (const linkId of absent.linkIds) {
      const record = set.records.get(linkId);
      if (record === undefined || image(record.life(), absent.side).value === 'deleted') continue;
      if (setBack === absent.side) foldNotThere(this.pipeline, record, absent.side);
      else foldAbsence(record, absent.side, now);
    }
  }

  #foldContext(
    set: WorkingSet,
    intake: Intake,
    side: Side,
    lastWrite: LastWrite | null,
    logged: RecordState | null = null,
  ): FoldContext {
    const end = this.pipeline.ends[side];
    return {
      pipeline: set.pipeline,
      now: intake.now,
      toldBefore: (entry) =>
        intake.catchingUp === side || (logged !== null && mayBeToldBefore(logged, side, entry, end)),
      lastWrite,
      bulk: this.#bulk.of(side, intake.pages[side]),
    };
  }

  /** Our last write to this side, if one of these entries may precede it, or may be a form that was loaded before it. */
  async #lastWrite(
    client: PoolClient,
    record: RecordState,
    side: Side,
    entries: readonly LogEntry[],
    intake: Intake,
  ): Promise<LastWrite | null> {
    const id = record.att[side];
    const batch = id === null ? undefined : this.log.get(id);
    if (batch?.state !== 'acked') return null;
    const position = batch.position ?? 0;
    const end = this.pipeline.ends[side];
    const recent =
      intake.now - (batch.settled_ms ?? 0) <= end.staleFormMs &&
      entries.some((e) => e.after !== null && Object.keys(e.after).length > 1);
    const preceding =
      entries.some((entry) => entry.position <= position) &&
      !isCovered(end.endpoint, intake.cursors[side].cursor, batch);
    if (!recent && !preceding) return null;
    // A delete has attempted no unit, unless it marked the row.
    const item =
      batch.kind === 'delete' && this.pipeline.plan.archive?.[side] === undefined
        ? null
        : ((await this.log.payload(client, batch.id)).get(record.linkId) ?? null);
    return { batchId: batch.id, kind: batch.kind, position, settledAt: batch.settled_ms ?? 0, item };
  }
}

interface Strangers {
  readonly seen: Set<string>;
  readonly gone: Set<string>;
  readonly renamed: Map<string, string>;
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
