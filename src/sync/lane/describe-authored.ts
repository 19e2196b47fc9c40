import { dotText, SIDES, type Side } from '../../core/clock.js';
import { holdsBack } from '../../core/author.js';
import { heldBefore } from '../../core/give-back.js';
import { writeHeld } from '../../core/held-at-rest.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import type { RecordResult } from '../../core/record.js';
import { image, type Unit } from '../../core/unit.js';
import { lineageDraft, versionEvent, type LineageDraft } from './lineage.js';
import type { RecordState } from './record-state.js';

/** The lineage of what was authored: a fast-forward is told by the edit's own row, everything else has a row of the hub's. */
export function describeAuthored(
  plan: Plan,
  record: RecordState,
  result: RecordResult,
  batches: Readonly<Record<Side, number | null>>,
  written: Readonly<Record<Side, readonly string[]>>,
): void {
  const told = new Set<string>();
  const carries = (side: Side, key: string): boolean =>
    written[side].includes(key) || (key === LIFE && result.writes[side][0] === LIFE);
  for (const { key, outcome, before, after } of result.authored) {
    told.add(key);
    if (outcome.how === 'fast-forward') {
      const row = [...record.lineage]
        .reverse()
        .find((draft) => draft.units[key]?.k === 'observed' || draft.units[key]?.k === 'stale-form');
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
      ...(outcome.how === 'decision' && { p: writeHeld(planOf(plan, key), heldBefore(before)) }),
      ...(outcome.overridden.length > 0 && {
        x: outcome.overridden.map(({ version }) => [version.value, dotText(version.dot)] as const),
      }),
    };
    record.lineage.push(draft);
  }
  for (const side of SIDES) {
    const again = written[side].filter((key) => !told.has(key));
    const backs = again.filter((key) => isBack(record, side, key));
    for (const key of backs) record.lineage.push(givenBackRow(record, side, key, batches[side]));
    const rest = again.filter((key) => key !== LIFE && !backs.includes(key));
    if (rest.length === 0) continue;
    const draft = lineageDraft('written', side);
    draft.batch[side] = batches[side];
    for (const key of rest) {
      const head = record.units.get(key)?.head;
      if (head !== undefined) draft.units[key] = { ...versionEvent('written', head.value, head) };
    }
    record.lineage.push(draft);
  }
}

function isBack(record: RecordState, side: Side, key: string): boolean {
  const unit = record.units.get(key);
  return unit !== undefined && holdsBack(unit, side);
}

/** A side gets back what it held before a decision that was undone: why, and because of which decision. */
function givenBackRow(record: RecordState, side: Side, key: string, batch: number | null): LineageDraft {
  const unit = record.units.get(key) as Unit;
  const draft = lineageDraft('written', side);
  draft.batch[side] = batch;
  draft.decisionId = unit.contest?.undone?.decision ?? null;
  const event = versionEvent('given-back', unit.head.value, image(unit, side));
  draft.units[key] = { ...event, w: unit.contest?.reason ?? '' };
  return draft;
}

function planOf(plan: Plan, key: string): UnitPlan {
  return key === LIFE ? LIFE_UNIT : (plan.unit.get(key) as UnitPlan);
}
