import { publicId } from '../common/public-ids.js';
import type { Veil } from '../common/veil.js';
import { authorAnswer } from '../common/version-answer.js';
import { parseJson } from '../core/canon/parse-json.js';
import { defaultClock, readUnit } from '../core/at-rest.js';
import { displayClock, parseDot, parseVector, type Clocked } from '../core/clock.js';
import { ORIGIN } from '../core/linking.js';
import type { SideLabels } from '../core/policy/words.js';
import type { Author, Unit } from '../core/unit.js';
import type { Json } from '../core/value.js';
import type { UnitEventDoc, UnitEventRow } from '../database/sql/lineage/unit-events.js';
import type { EntryKind, LineageEntryDto } from './lineage.dto.js';

/** Events whose reason is what a system said. */
const TOLD: readonly string[] = ['rejected', 'missed', 'unreadable'];

interface First {
  readonly side: 'A' | 'B' | null;
  readonly first_field: string | null;
  readonly first_open: Json | null;
}

/** A unit as the first row of its record has it: that row holds stored forms, under the clock that a record of its origin begins with. */
export function firstUnit(row: First): Unit {
  const field = row.first_field === null ? undefined : parseJson(row.first_field);
  return readUnit(defaultClock(ORIGIN[row.side ?? 'both']), field, row.first_open ?? undefined);
}

export function clockOf(event: Pick<UnitEventDoc, 'd' | 'c'>): Clocked {
  return { dot: parseDot(event.d ?? ''), ctx: parseVector(event.c ?? '') };
}

export function actorOf(actor: Json): Author | null {
  return actor as unknown as Author | null;
}

/** One entry of the history as it is shown. */
export function presentEvent(row: UnitEventRow, labels: SideLabels, veil: Veil): LineageEntryDto {
  const { event } = row;
  const first = event === null ? firstUnit(row) : null;
  return {
    id: publicId.change(row.id) + (row.rank === 0 ? '' : row.rank === 1 ? '-A' : '-B'),
    record: publicId.record(row.link_id),
    field: row.unit,
    kind: row.rank > 0 ? 'written' : kindOf(row.row_kind, event?.k ?? row.row_kind),
    how: event?.k ?? row.row_kind,
    side: row.side,
    recordedAt: row.recorded_at.toISOString(),
    occurredAt: row.occurred_at?.toISOString() ?? null,
    actor: row.rank > 0 ? null : authorAnswer(actorOf(row.actor)),
    before: row.rank > 0 ? null : veil.over<Json>(row.unit, event?.o ?? null),
    after: veil.over<Json>(row.unit, first === null ? (event?.v ?? null) : first.head.value),
    clock: displayClock(first === null ? clockOf(event as UnitEventDoc) : first.head),
    // A write is explained by what it carried; what a side is given back carries its own reason.
    why: row.rank > 0 && event?.k !== 'given-back' ? null : whyOf(row, labels, veil),
    cause: {
      tx: row.rank > 0 ? null : row.source_tx,
      batch: row.batch,
      decision: row.decision_id === null ? null : publicId.decision(row.decision_id),
      conflict: row.conflict_id === null ? null : publicId.conflict(row.conflict_id),
      revision: row.revision,
    },
  };
}

/** Why a unit is as this event left it, as one sentence without its full stop. */
export function whyOf(
  row: First & { readonly row_kind: string; readonly event: UnitEventDoc | null; readonly actor: Json },
  labels: SideLabels,
  veil: Veil,
): string | null {
  const { event, side } = row;
  if (event === null) return whyFirst(row, labels);
  if (event.w !== undefined) return TOLD.includes(event.k) ? veil.said(event.w) : event.w;
  const label = side === null ? 'Accord' : labels[side];
  const by = actorOf(row.actor)?.name;
  switch (event.k) {
    case 'forward':
    case 'observed':
      return by === undefined || by === '' ? `changed in ${label}` : `changed in ${label} by ${by}`;
    case 'stale-form':
      return `typed in ${label} over a form that was loaded before the last write`;
    case 'missed':
      return `${label} had changed meanwhile, so nothing was overwritten`;
    case 'gone':
      return `the record was gone from ${label}`;
    case 'cosmetic':
      return `written differently in ${label}, the same value`;
    default:
      return null;
  }
}

function whyFirst(row: First & { readonly row_kind: string }, labels: SideLabels): string {
  if (row.side !== null) return `taken over from ${labels[row.side]} when the record was made`;
  const unit = firstUnit(row);
  return unit.head.dot === null
    ? `${labels.A} and ${labels.B} differed when the records were linked`
    : 'both had it when the records were linked';
}

function kindOf(rowKind: string, k: string): EntryKind {
  switch (rowKind) {
    case 'linked':
    case 'created':
    case 'policy-change':
    case 'scope':
    case 'restored':
    case 'undone':
    case 'conflict':
    case 'decided':
      return rowKind;
    case 'receipt':
      return k === 'rejected' ? 'rejected' : k === 'normalised' ? 'cosmetic' : 'missed';
    case 'observed':
      return k === 'cosmetic' || k === 'unreadable' ? k : 'observed';
    default:
      return 'authored';
  }
}
