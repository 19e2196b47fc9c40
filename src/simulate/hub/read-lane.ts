import { dotText, vectorText, type Side } from '../../core/clock.js';
import type { Plan } from '../../core/plan.js';
import type { Abilities } from '../../core/protocol/abilities.js';
import { protocolContext, type ProtocolContext } from '../../core/protocol/context.js';
import type { Note } from '../../core/protocol/note.js';
import type { Attempt } from '../../core/protocol/side-state.js';
import type { Sighting } from '../../core/protocol/sighting.js';
import type { Answer } from '../../core/protocol/take-answer.js';
import { columnsOf } from '../../core/protocol/unit-raws.js';
import { LIFE } from '../../core/plan.js';
import type { Unit } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';
import type { Reading, WriteAnswer, WriteRequest } from '../../connectors/memory/exchange.js';
import { LIVE, RECORD } from './store.js';
import type { Switches } from './switches.js';
import type { Told } from './told.js';

/** The general path: what the protocol needs to know about one side of the record. */
export function readContext(
  plan: Plan,
  side: Side,
  abilities: Abilities,
  units: Map<string, Unit>,
  headAt: ReadonlyMap<string, number>,
  switches: Switches,
): ProtocolContext {
  return protocolContext({
    plan,
    side,
    abilities,
    units,
    live: LIVE,
    headAt: (unit) => headAt.get(unit) ?? 0,
    guards: switches,
  });
}

export function sightingOf(reading: Reading, start: number, end: number): Sighting {
  return { ...reading, start, end };
}

/** The request that carries an attempt out; the same attempt always gives the same bytes. */
export function requestOf(plan: Plan, side: Side, attempt: Attempt, switches: Switches): WriteRequest {
  const set: Record<string, Raw> = {};
  if (attempt.op !== 'delete') {
    for (const [key, { raw }] of Object.entries(attempt.units)) {
      if (key !== LIFE) columnsOf(plan, side, key, raw, set);
    }
  }
  const tag = switches.conditionalWrites ? attempt.tag : null;
  const item = {
    op: attempt.op,
    id: RECORD,
    set,
    expect: expected(attempt, switches),
    tag,
    marker: attempt.id,
  };
  return { id: attempt.id, items: [item] };
}

function expected(attempt: Attempt, switches: Switches): Readonly<Record<string, Raw>> | null {
  return switches.conditionalWrites ? (attempt.expect ?? null) : null;
}

export function answerOf(
  plan: Plan,
  side: Side,
  answer: WriteAnswer | 'fenced',
  start: number,
  end: number,
): Answer {
  const item = answer === 'fenced' ? undefined : answer.items[0];
  if (item === undefined) return { status: 'fenced' };
  switch (item.status) {
    case 'applied':
      return { status: 'applied', seen: sightingOf(item.state, start, end) };
    case 'missed':
    case 'duplicate':
      return { status: 'missed' };
    case 'gone':
      return { status: 'gone' };
    case 'refused':
      return { status: 'refused', units: unitsOf(plan, side, item.columns), detail: item.detail };
  }
}

/** The units that columns belong to, each once. */
export function unitsOf(plan: Plan, side: Side, columns: readonly string[]): readonly string[] {
  const { column } = plan.sides[side];
  return [...new Set(columns.flatMap((name) => column.get(name)?.unit ?? []))];
}

export function tell(told: Told[], at: number, notes: readonly Note[]): void {
  for (const { kind, unit, side, version, dot } of notes) {
    if (kind === 'cosmetic') continue;
    if (kind === 'renamed') {
      const clock = { dot: dotText(version.dot), ctx: vectorText(version.ctx) };
      const what = { how: 'fast-forward', value: version.value, over: [], decision: null };
      told.push({ at, kind: 'authored', unit, ...what, ...clock });
      continue;
    }
    told.push({
      at,
      kind,
      unit,
      side,
      value: version.value,
      dot: dotText(dot ?? version.dot),
      ctx: vectorText(version.ctx),
    });
  }
}
