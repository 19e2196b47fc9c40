import type { LogEntry, RecordState as SideRecord } from '../../connectors/connector.js';
import { isArchived, lifeOfRow, markOf } from '../../core/archive.js';
import { dotText, flatten, join, vectorText, type Side } from '../../core/clock.js';
import { LIFE_UNIT, type LifeValue } from '../../core/life.js';
import { observe } from '../../core/observe.js';
import { LIFE, type Archive } from '../../core/plan.js';
import type { Stamp } from '../../core/stamp.js';
import { image, type Author } from '../../core/unit.js';
import { jsonEqual, type Raw } from '../../core/value.js';
import type { FoldContext } from './fold-context.js';
import type { LineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';

export interface SeenLife {
  readonly value: LifeValue;
  /** What the row's mark holds (core/archive.ts), or the value itself. */
  readonly raw?: Raw;
  readonly stamp: Stamp | null;
  readonly by: Author | null;
  readonly stale?: boolean;
  /** In words, where that it is gone does not say it all. */
  readonly why?: string;
}

/** The record is seen to be there, or not to be. */
export function moveLife(record: RecordState, side: Side, seen: SeenLife, draft: LineageDraft): void {
  const { value, raw = value, stamp, by, stale = false, why } = seen;
  const unit = record.life();
  const before = image(unit, side).value;
  const moved = observe(LIFE_UNIT, unit, { side, value, raw, stamp, by, stale });
  record.units.set(LIFE, moved.unit);
  if (moved.kind === 'cosmetic') {
    // Another mark that says the same is no news.
    if (!Array.isArray(raw)) draft.units[LIFE] = { v: value, k: 'cosmetic' };
    return;
  }
  record.revive(side, value);
  draft.units[LIFE] = {
    o: before,
    v: value,
    d: dotText(moved.dot),
    c: vectorText(moved.ctx),
    k: stale ? 'stale-form' : 'observed',
    ...(stamp !== null && { s: stamp }),
    ...(why !== undefined && { w: why }),
  };
}

interface MarkEntry {
  readonly after: Readonly<Record<string, Raw>>;
  /** What stood there before, where only what continues what is held counts. */
  readonly before: Readonly<Record<string, Raw>> | null;
  readonly entry: LogEntry;
  readonly stamp: Stamp | null;
  readonly by: Author | null;
}

/** The log tells of a row's mark. */
export function foldMark(
  record: RecordState,
  side: Side,
  archive: Archive,
  { after, before, entry, stamp, by }: MarkEntry,
  draft: LineageDraft,
  { lastWrite, pipeline }: FoldContext,
): void {
  const raw = after[archive.column] ?? null;
  const held = markOf(archive, image(record.life(), side));
  if (before !== null && !jsonEqual(before[archive.column], held)) return;
  const theirs = lastWrite !== null && entry.batchId !== String(lastWrite.batchId);
  const attempted = lastWrite?.item?.u[LIFE];
  // Undone again before we marked the row, or un-marked it: that write had found it as it expected.
  if (attempted !== undefined && theirs && entry.position <= lastWrite.position) return;
  const { clock, staleFormMs } = pipeline.ends[side];
  const stale =
    attempted !== undefined &&
    theirs &&
    Object.keys(after).length > 1 &&
    entry.at - clock.offsetMs - lastWrite.settledAt <= staleFormMs &&
    jsonEqual([raw], [Array.isArray(attempted[2]) ? (attempted[2][0] ?? null) : archive.live]);
  const seen = lifeOfRow(archive, raw);
  moveLife(record, side, { ...seen, stamp, by, stale, why: words(archive, seen.value) }, draft);
}

/** A row was read: it is there, and its mark may say that it is deleted. */
export function foldShownLife(
  record: RecordState,
  side: Side,
  { values, by }: SideRecord,
  stamp: Stamp | null,
  draft: LineageDraft,
  { pipeline, anew }: FoldContext,
): void {
  const life = record.life();
  const held = image(life, side);
  const archive = pipeline.plan.archive?.[side];
  const raw = archive === undefined ? undefined : values[archive.column];
  if (archive === undefined || raw === undefined) {
    // What was read of a marked row without its mark says nothing about that.
    const marked = archive !== undefined && isArchived(life, side);
    if (held.value === 'deleted' && !marked) moveLife(record, side, { value: 'live', stamp, by }, draft);
    return;
  }
  const seen = lifeOfRow(archive, raw);
  if (
    seen.value === held.value &&
    jsonEqual(markOf(archive, held), raw) &&
    isArchived(life, side) === (seen.value === 'deleted')
  )
    return;
  moveLife(record, side, { ...seen, stamp, by, why: words(archive, seen.value) }, draft);
  if (anew?.has(LIFE) === true && seen.value === 'deleted' && held.value === 'live')
    askAboutMark(
      record,
      `${pipeline.ends[side].label} has it marked as deleted (${archive.words}), and the pipeline looks at that only now`,
    );
}

/** Nobody has just deleted it: what becomes of it is for a person to say, whatever the policy is. */
function askAboutMark(record: RecordState, reason: string): void {
  const life = record.life();
  const ctx = join(flatten(life.head), join(flatten(life.A), flatten(life.B)));
  record.units.set(LIFE, { ...life, contest: { kind: 'delete-vs-edit', ctx, candidates: [], reason } });
}

function words({ words: mark }: Archive, value: LifeValue): string {
  return value === 'deleted' ? `marked as deleted: ${mark}` : 'not marked as deleted any more';
}
