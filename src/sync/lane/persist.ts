import type { ClientBase } from 'pg';
import { writeUnit } from '../../core/at-rest.js';
import { SIDES, type Side } from '../../core/clock.js';
import { refusedValue } from '../../core/give-back.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import type { Json } from '../../core/value.js';
import { asCopyText, copyText, type CopyText } from '../../database/copy-in.js';
import { clearBlocked, upsertBlocked } from '../../database/sql/lane/blocked.js';
import { insertLineage } from '../../database/sql/lane/insert-lineage.js';
import { aliasLink, leaveIds, moveLinks, setLinkState } from '../../database/sql/lane/links.js';
import { renameUnlinked } from '../../database/sql/matching/standing.js';
import { restoreLink } from '../../database/sql/tombstones.js';
import { writeShadows } from '../../database/sql/lane/write-shadows.js';
import { execute, run } from '../../database/sql/statement.js';
import { isWorthAnotherTry } from '../../database/transaction.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { LineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';

type Client = Pick<ClientBase, 'query'>;

/** Joins JSON texts: a control character, which JSON always escapes. */
const SEPARATOR = '\u001f';

/** From this many rows on, COPY is faster than arrays. */
const COPY_FROM = 100;

/** Some record's registers moved between reading and writing (a steward decided): nothing of this transaction may stand. */
export class RegistersMoved extends Error {
  override readonly name = 'RegistersMoved';
}

/** Somebody else, a steward for one, was faster at the same record: the transaction may be run again. */
export function lostRace(error: unknown): boolean {
  return error instanceof RegistersMoved || isWorthAnotherTry(error);
}

/** The registers of the records that changed, in ascending order, ready to be written. */
export interface ShadowRows {
  readonly ids: readonly number[];
  readonly values: readonly unknown[];
}

export function shadowRows(pipeline: RunningPipeline, records: readonly RecordState[]): ShadowRows {
  const ids: number[] = [];
  const revs: number[] = [];
  const patches: string[] = [];
  const opens: string[] = [];
  const attA: (number | null)[] = [];
  const attB: (number | null)[] = [];
  for (const record of records) {
    const write = changed(pipeline, record);
    if (write === null) continue;
    ids.push(record.linkId);
    revs.push(record.rev);
    patches.push(write.patch ?? '');
    opens.push(write.open ?? '');
    attA.push(record.att.A);
    attB.push(record.att.B);
  }
  return { ids, values: [ids, revs, patches.join(SEPARATOR), opens.join(SEPARATOR), attA, attB] };
}

/** Writes them; answers which. @throws RegistersMoved */
export async function writeRecords(
  client: Client,
  { ids, values }: ShadowRows,
): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const written = await execute(client, writeShadows, values);
  if (written !== ids.length)
    throw new RegistersMoved(
      `${String(ids.length - written)} of ${String(ids.length)} records moved meanwhile`,
    );
  return new Set(ids);
}

function changed(
  pipeline: RunningPipeline,
  record: RecordState,
): { patch: string | null; open: string | null } | null {
  let patch: Record<string, Json> | null = null;
  let open: Map<string, Json> | null = null;
  for (const [key, unit] of record.units) {
    if (unit === record.initial.get(key)) continue;
    const plan = key === LIFE ? LIFE_UNIT : (pipeline.plan.unit.get(key) as UnitPlan);
    const stored = writeUnit(plan, record.clock, unit);
    patch ??= {};
    patch[key] = stored.field;
    if (stored.open === null && record.open?.[key] === undefined) continue;
    open ??= new Map(Object.entries(record.open ?? {}));
    if (stored.open === null) open.delete(key);
    else open.set(key, stored.open);
  }
  const moved = record.att.A !== record.attBefore.A || record.att.B !== record.attBefore.B;
  if (patch === null && !moved && !record.dirty) return null;
  const nextOpen = open === null ? record.open : open.size > 0 ? Object.fromEntries(open) : null;
  return {
    patch: patch === null ? null : JSON.stringify(patch),
    open: nextOpen === null ? null : JSON.stringify(nextOpen),
  };
}

/** What is to be told of a transaction: few rows as they are, many as text for COPY. */
export type LineageRows =
  | { readonly kind: 'few'; readonly rows: readonly { linkId: number; draft: LineageDraft }[] }
  | { readonly kind: 'many'; readonly text: CopyText };

export function lineageOf(pipeline: RunningPipeline, records: readonly RecordState[]): LineageRows {
  const rows = records.flatMap((record) => record.lineage.map((draft) => ({ linkId: record.linkId, draft })));
  return rows.length < COPY_FROM
    ? { kind: 'few', rows }
    : { kind: 'many', text: lineageText(pipeline, rows) };
}

export async function writeLineage(
  client: ClientBase,
  pipeline: RunningPipeline,
  lineage: LineageRows,
  traceId: string | null,
): Promise<void> {
  if (lineage.kind === 'many') {
    await copyText(client, `lineage (${LINEAGE_COLUMNS})`, lineage.text);
    return;
  }
  const { rows } = lineage;
  if (rows.length === 0) return;
  const column = <T>(pick: (draft: LineageDraft) => T): T[] => rows.map(({ draft }) => pick(draft));
  await run(client, insertLineage, [
    pipeline.id,
    pipeline.revision,
    rows.map(({ linkId }) => linkId),
    column((d) => d.kind),
    column((d) => d.side),
    column((d) => d.at),
    column((d) => (d.by === null ? null : JSON.stringify(d.by))),
    column((d) => d.tx),
    column((d) => d.batch.A),
    column((d) => d.batch.B),
    column((d) => d.conflictId),
    column((d) => d.decisionId),
    column((d) => JSON.stringify(d.units)),
    traceId,
  ]);
}

const LINEAGE_COLUMNS =
  'pipeline_id, revision, link_id, kind, side, occurred_at, actor, source_tx, batch_a, batch_b, conflict_id, decision_id, units';

function lineageText(
  pipeline: RunningPipeline,
  rows: readonly { linkId: number; draft: LineageDraft }[],
): CopyText {
  return asCopyText(
    rows.map(({ linkId, draft }) => [
      pipeline.id,
      pipeline.revision,
      linkId,
      draft.kind,
      draft.side,
      draft.at === null ? null : new Date(draft.at).toISOString(),
      draft.by === null ? null : JSON.stringify(draft.by),
      draft.tx,
      draft.batch.A,
      draft.batch.B,
      draft.conflictId,
      draft.decisionId,
      JSON.stringify(draft.units),
    ]),
  );
}

/** Key changes and ends of links. */
export async function writeLinks(
  client: Client,
  pipeline: RunningPipeline,
  records: readonly RecordState[],
): Promise<void> {
  for (const side of SIDES) {
    const moved = records.filter((record) => record.rekeyed.some((one) => one.side === side));
    if (moved.length === 0) continue;
    const became = new Map<string, string>();
    for (const record of moved)
      for (const { from } of record.rekeyed.filter((one) => one.side === side)) {
        await run(client, aliasLink, [pipeline.id, record.linkId, side, from]);
        became.set(from, record.ids[side] ?? '');
      }
    const ids = moved.map((record) => record.linkId);
    const to = moved.map((record) => record.ids[side]);
    // Ids are passed on from record to record: first nobody has one.
    await run(client, leaveIds[side], [pipeline.id, ids, to]);
    await run(client, moveLinks[side], [ids, to]);
    await writeRenamed(client, pipeline, side, became);
  }
  const back = records.filter(({ ended, linkState }) => ended && linkState === 'live');
  for (const { linkId } of back) await run(client, restoreLink, [linkId]);
  for (const state of ['deleted', 'unlinked'] as const) {
    const ids = records
      .filter((record) => record.linkState === state && !record.ended)
      .map((record) => record.linkId);
    if (ids.length > 0) await run(client, setLinkState, [ids, state]);
  }
}

/** What was said of records by the ids that they had holds for them still. */
export async function writeRenamed(
  client: Client,
  pipeline: RunningPipeline,
  side: Side,
  renamed: ReadonlyMap<string, string>,
): Promise<void> {
  if (renamed.size === 0) return;
  for (const statement of renameUnlinked[side])
    await run(client, statement, [pipeline.id, [...renamed.keys()], [...renamed.values()]]);
}

/** Units that a side refused, or whose refusal is over. */
export async function writeBlocked(
  client: Client,
  pipeline: RunningPipeline,
  records: readonly RecordState[],
): Promise<void> {
  const refused = records.flatMap((record) =>
    blockedNow(record).map((one) => ({ linkId: record.linkId, ...one })),
  );
  if (refused.length > 0) {
    await run(client, upsertBlocked, [
      pipeline.id,
      refused.map((r) => r.linkId),
      refused.map((r) => r.unit),
      refused.map((r) => r.side),
      refused.map((r) => r.code),
      refused.map((r) => r.detail),
      refused.map((r) => JSON.stringify(r.value)),
    ]);
  }
  const cleared = records.flatMap((record) =>
    [...record.initial]
      .filter(([key, unit]) => unit.blocked !== null && (record.units.get(key)?.blocked ?? null) === null)
      .map(([key]) => [record.linkId, key] as const),
  );
  if (cleared.length > 0)
    await run(client, clearBlocked, [cleared.map(([id]) => id), cleared.map(([, key]) => key)]);
}

function blockedNow(
  record: RecordState,
): { unit: string; side: string; code: string; detail: string; value: Json }[] {
  const now: { unit: string; side: string; code: string; detail: string; value: Json }[] = [];
  for (const [key, unit] of record.units) {
    const { blocked } = unit;
    if (blocked === null || blocked === record.initial.get(key)?.blocked) continue;
    now.push({
      unit: key,
      side: blocked.side,
      code: blocked.code,
      detail: blocked.detail,
      value: refusedValue(unit, blocked.side),
    });
  }
  return now;
}
