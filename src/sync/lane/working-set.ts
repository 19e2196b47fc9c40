import type { ClientBase } from 'pg';
import type { LogEntry, LogPage, StatePage } from '../../connectors/connector.js';
import { parseJson } from '../../core/canon/parse-json.js';
import { SIDES, type Side } from '../../core/clock.js';
import {
  readEndedByExternalId,
  readRecords,
  readRecordsByExternalId,
} from '../../database/sql/lane/read-records.js';
import { readUnits } from '../../database/sql/lane/read-units.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { BatchLog } from './batch-log.js';
import { RecordState } from './record-state.js';

type Client = Pick<ClientBase, 'query'>;

/** The records that a transaction works on, found by link and by either side's id. */
export class WorkingSet {
  readonly records = new Map<number, RecordState>();
  readonly byId: Readonly<Record<Side, Map<string, RecordState>>> = { A: new Map(), B: new Map() };

  constructor(
    /** With its references looked up, once they are. */
    public pipeline: RunningPipeline,
    private readonly client: Client,
  ) {}

  /** Loads the touched units of the records that a log page speaks of. Ids without a link are simply not found afterwards. */
  async loadLog(side: Side, page: LogPage): Promise<void> {
    const ids: string[] = [];
    const keys: string[] = [];
    const whole = new Set<string>();
    for (const [id, entries] of entriesById(page.entries)) {
      const touched = this.#touched(side, entries);
      if (touched === null) whole.add(id);
      else
        for (const key of touched) {
          ids.push(id);
          keys.push(key);
        }
    }
    const rows =
      ids.length === 0 ? [] : await run(this.client, readUnits[side], [this.pipeline.id, ids, keys]);
    const open = new Set<number>();
    for (const row of rows) {
      let record = this.records.get(row.link_id);
      if (record === undefined) {
        record = new RecordState(row);
        this.#index(record);
      }
      if (record.open !== null) open.add(record.linkId);
      const plan = this.pipeline.plan.unit.get(row.key);
      if (plan !== undefined) record.add(plan, row.field === null ? undefined : parseJson(row.field));
    }
    if (whole.size > 0) await this.loadByExternalId(side, [...whole]);
    await this.loadWhole([...open]);
    if (this.pipeline.plan.archive?.[side] !== undefined)
      await this.#loadEnded(side, [...entriesById(page.entries).keys()]);
  }

  async loadStates(side: Side, page: StatePage): Promise<void> {
    await this.loadByExternalId(
      side,
      page.states.map((state) => state.id),
    );
    if (this.pipeline.plan.archive?.[side] !== undefined)
      await this.#loadEnded(
        side,
        page.states.map(({ id }) => id),
      );
  }

  /** A record that was deleted on both sides, by a mark on this one, is followed: what is edited there, and whether it comes back. */
  async #loadEnded(side: Side, ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !this.byId[side].has(id));
    if (unknown.length === 0) return;
    for (const row of await run(this.client, readEndedByExternalId[side], [this.pipeline.id, unknown]))
      this.#addWhole({ ...row, ended: true }, side);
  }

  async loadByExternalId(side: Side, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    for (const row of await run(this.client, readRecordsByExternalId[side], [this.pipeline.id, ids]))
      this.#addWhole(row);
  }

  /** Loads all units of these records (again only what is missing). */
  async loadWhole(linkIds: readonly number[]): Promise<void> {
    const missing = linkIds.filter((id) => this.records.get(id)?.whole !== true);
    if (missing.length === 0) return;
    for (const row of await run(this.client, readRecords, [missing])) this.#addWhole(row);
  }

  /** Learns the state of every batch that the records refer to. */
  async loadBatches(log: BatchLog): Promise<void> {
    const ids = new Set<number>();
    for (const record of this.records.values()) {
      for (const side of SIDES) {
        const id = record.att[side];
        if (id !== null) ids.add(id);
      }
    }
    await log.load(this.client, ids);
  }

  /** In ascending order, in which rows are locked. */
  sorted(): RecordState[] {
    return [...this.records.values()].sort((x, y) => x.linkId - y.linkId);
  }

  /** Unit keys the entries touch with all that depends on them; null: the whole record is needed. */
  #touched(side: Side, entries: readonly LogEntry[]): ReadonlySet<string> | null {
    const keys = new Set<string>();
    const { column } = this.pipeline.plan.sides[side];
    const mark = this.pipeline.plan.archive?.[side]?.column;
    for (const entry of entries) {
      if (entry.op === 'delete' || entry.op === 'insert') return null;
      if (mark !== undefined && entry.after?.[mark] !== undefined) return null;
      for (const name in entry.after) {
        const use = column.get(name);
        if (use === undefined) continue;
        const closure = this.pipeline.closure.get(use.unit);
        if (closure === undefined) keys.add(use.unit);
        else for (const key of closure) keys.add(key);
      }
    }
    // Nothing of ours changed, or only the key did: the record itself is still needed.
    return keys.size === 0 && entries.some((entry) => entry.op === 'rekey') ? null : keys;
  }

  #addWhole(
    row: ConstructorParameters<typeof RecordState>[0] & { fields: Record<string, unknown> },
    foundOn: Side | null = null,
  ): void {
    const record = this.records.get(row.link_id) ?? new RecordState(row);
    record.addWhole(this.pipeline.plan, row.fields);
    this.#index(record, foundOn);
  }

  /** @param foundOn the only side on which the record can be found by its id: on the other, that may be another record's by now */
  #index(record: RecordState, foundOn: Side | null = null): void {
    this.records.set(record.linkId, record);
    for (const side of foundOn === null ? SIDES : [foundOn]) {
      const id = record.ids[side];
      if (id !== null) this.byId[side].set(id, record);
    }
  }
}

/**
 * Entries by the id under which the record is known before the page; a record that changed its key inside the page is found by the
 * old one throughout.
 */
export function entriesById(entries: readonly LogEntry[]): ReadonlyMap<string, readonly LogEntry[]> {
  const byId = new Map<string, LogEntry[]>();
  const origin = new Map<string, string>();
  for (const entry of entries) {
    if (entry.op === 'rekey' && entry.oldId !== null)
      origin.set(entry.id, origin.get(entry.oldId) ?? entry.oldId);
    const id = origin.get(entry.id) ?? entry.id;
    if (entry.op === 'delete') origin.delete(entry.id);
    const list = byId.get(id);
    if (list === undefined) byId.set(id, [entry]);
    else list.push(entry);
  }
  return byId;
}

/** Entries of one record, split where the source transaction changes. */
export function bySourceTransaction(entries: readonly LogEntry[]): readonly (readonly LogEntry[])[] {
  if (entries.length === 1) return [entries];
  const groups: LogEntry[][] = [];
  for (const entry of entries) {
    const last = groups[groups.length - 1];
    if (last !== undefined && last[0]?.tx === entry.tx) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}
