import type { ClientBase } from 'pg';
import { uuidv7 } from '../../common/ids.js';
import { writeConflict } from '../../core/conflict-at-rest.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import { policyData } from '../../core/policy/words.js';
import type { RecordResult } from '../../core/record.js';
import { recordTitle } from '../../core/title.js';
import type { Unit } from '../../core/unit.js';
import {
  closeConflicts,
  endDecisions,
  readOpenConflicts,
  setDecisionOutcomes,
  upsertConflicts,
  type ConflictRow,
} from '../../database/sql/lane/conflicts.js';
import { readRecords } from '../../database/sql/lane/read-records.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { lineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';

type Client = Pick<ClientBase, 'query'>;

const PRIORITY: Readonly<Record<UnitPlan['priority'], number>> = { urgent: 0, high: 1, normal: 2, low: 3 };

export interface ConflictChanges {
  readonly opened: number;
  readonly closed: number;
  /** Conflicts to tell the screens about. */
  readonly touched: readonly string[];
}

interface Draft {
  readonly record: RecordState;
  readonly unit: string;
  readonly plan: UnitPlan;
  readonly state: Unit;
  readonly doc: ReturnType<typeof writeConflict>;
}

/**
 * Makes the conflict rows of these records say what derive() says: opens, shows what is new, closes. A conflict whose key did not change
 * is left alone (nothing new for the person); one that is decided and waits for its undo window stays as it was shown.
 */
export async function writeConflicts(
  client: Client,
  pipeline: RunningPipeline,
  resolved: readonly { readonly record: RecordState; readonly result: RecordResult }[],
): Promise<ConflictChanges> {
  const mayHaveRows = resolved.filter(
    ({ record, result }) => record.open !== null || result.conflicts.size > 0,
  );
  if (mayHaveRows.length === 0) return { opened: 0, closed: 0, touched: [] };
  const known = new Map<string, ConflictRow>();
  const ids = mayHaveRows.filter(({ record }) => record.open !== null).map(({ record }) => record.linkId);
  if (ids.length > 0)
    for (const row of await run(client, readOpenConflicts, [ids]))
      known.set(`${String(row.link_id)} ${row.unit}`, row);

  const drafts: Draft[] = [];
  const closing: { row: ConflictRow; reason: string }[] = [];
  const outcomes: [string, string][] = [];
  for (const { record, result } of mayHaveRows) {
    for (const [unit, conflict] of result.conflicts) {
      const plan = unit === LIFE ? LIFE_UNIT : (pipeline.plan.unit.get(unit) as UnitPlan);
      const state = result.units.get(unit) as Unit;
      const doc = writeConflict(plan, state, conflict);
      const row = known.get(`${String(record.linkId)} ${unit}`);
      // Held, but in conflict all the same: the decision no longer stands.
      if (row?.key !== doc.key || row.state === 'held' || record.recast)
        drafts.push({ record, unit, plan, state, doc });
      if (conflict.kind === 'stale-decision' && state.decision !== null)
        outcomes.push([state.decision.id, 'stale']);
    }
  }
  const byLink = new Map(mayHaveRows.map((entry) => [entry.record.linkId, entry]));
  for (const row of known.values()) {
    const entry = byLink.get(row.link_id);
    if (entry === undefined) continue;
    const { record, result } = entry;
    if (record.linkState !== 'live') closing.push({ row, reason: 'record-deleted' });
    else if (result.excluded.length > 0) closing.push({ row, reason: 'excluded' });
    else if (row.unit !== LIFE && (result.conflicts.has(LIFE) || result.held.has(LIFE))) continue;
    else if (!result.conflicts.has(row.unit) && !result.held.has(row.unit))
      closing.push({ row, reason: closeReason(result, row.unit) });
  }
  for (const { record, result } of mayHaveRows) {
    for (const id of record.staleDecisions) outcomes.push([id, 'stale']);
    for (const { outcome, before } of result.authored) {
      if (outcome.how === 'decision' && before.decision !== null)
        outcomes.push([before.decision.id, 'applied']);
    }
  }
  const opened = await upsert(client, pipeline, drafts);
  if (closing.length > 0)
    await run(client, closeConflicts, [closing.map((c) => c.row.id), closing.map((c) => c.reason)]);
  if (outcomes.length > 0)
    await run(client, setDecisionOutcomes, [outcomes.map(([id]) => id), outcomes.map(([, o]) => o)]);
  if (closing.length > 0) await run(client, endDecisions, [closing.map((c) => c.row.id)]);
  const fresh = drafts.filter((d) => !known.has(`${String(d.record.linkId)} ${d.unit}`)).length;
  return { opened: fresh, closed: closing.length, touched: [...opened, ...closing.map((c) => c.row.id)] };
}

async function upsert(
  client: Client,
  pipeline: RunningPipeline,
  drafts: readonly Draft[],
): Promise<string[]> {
  if (drafts.length === 0) return [];
  const titles = await titlesOf(client, pipeline, drafts);
  const column = <T>(pick: (draft: Draft) => T): T[] => drafts.map(pick);
  const rows = await run(client, upsertConflicts, [
    pipeline.id,
    pipeline.revision,
    column(() => uuidv7()),
    column((d) => d.record.linkId),
    column((d) => d.unit),
    column((d) => d.doc.key),
    column((d) => d.doc.kind),
    column((d) => d.doc.reason),
    column((d) => titles.get(d.record.linkId) ?? ''),
    column((d) => (d.doc.base === null ? null : JSON.stringify(d.doc.base))),
    column((d) => JSON.stringify(d.doc.candidates)),
    column((d) => JSON.stringify(policyData(d.plan.policy))),
    column((d) => PRIORITY[d.plan.priority]),
  ]);
  const byRecord = new Map(rows.map((row) => [`${String(row.link_id)} ${row.unit}`, row.id]));
  for (const draft of drafts) {
    const entry = lineageDraft('conflict');
    entry.conflictId = byRecord.get(`${String(draft.record.linkId)} ${draft.unit}`) ?? null;
    entry.units[draft.unit] = { k: draft.doc.kind, w: draft.doc.reason };
    draft.record.lineage.push(entry);
  }
  return rows.map((row) => row.id);
}

async function titlesOf(
  client: Client,
  pipeline: RunningPipeline,
  drafts: readonly Draft[],
): Promise<ReadonlyMap<number, string>> {
  const titles = new Map<number, string>();
  const key = pipeline.titleUnit;
  const missing = new Set<number>();
  for (const { record } of drafts) {
    const unit = key === null ? undefined : record.units.get(key);
    if (key !== null && unit === undefined) missing.add(record.linkId);
    else titles.set(record.linkId, title(unit?.head.value ?? unit?.A.value, record));
  }
  if (missing.size > 0 && key !== null) {
    const byLink = new Map(drafts.map(({ record }) => [record.linkId, record]));
    for (const row of await run(client, readRecords, [[...missing]])) {
      const field = row.fields[key] as { v?: unknown } | string | null | undefined;
      const value = field !== null && typeof field === 'object' ? field.v : field;
      titles.set(row.link_id, title(value, byLink.get(row.link_id) as RecordState));
    }
  }
  return titles;
}

function title(value: unknown, record: RecordState): string {
  return recordTitle(
    typeof value === 'string' ? value : undefined,
    record.ids.A ?? record.ids.B ?? String(record.linkId),
  );
}

function closeReason(result: RecordResult, unit: string): string {
  const authored = result.authored.find((one) => one.key === unit);
  switch (authored?.outcome.how) {
    case 'decision':
      return 'decided';
    case 'agreement':
      return 'converged';
    case undefined:
      return result.diverged.has(unit) ? 'policy' : 'withdrawn';
    case 'fast-forward':
    case 'void-cover':
      return 'withdrawn';
    default:
      return 'policy';
  }
}
