import { SIDES, type Side } from '../../core/clock.js';
import type { PipelineSpec } from '../../core/pipeline/spec.js';
import type { Plan, UnitPlan } from '../../core/plan.js';
import { jsonEqual, type Canon } from '../../core/value.js';
import { mergeOf } from '../world/people.js';
import { literalsAbout } from './literals.js';
import { comesBack, mentioned, TEXTS, valuesOf, type Values } from './values.js';

/** What can be typed into one unit. */
export interface UnitWords {
  /** Field → its values; a field that is missing keeps what it began with. */
  readonly fields: ReadonlyMap<string, Values>;
  /** Values that the pipeline's own expressions mention. */
  readonly mentioned: readonly Canon[];
  /** For a merge: how a piece of it is spelt. */
  readonly piece: (by: string, n: number) => string;
}

export interface Vocabulary {
  readonly units: ReadonlyMap<string, UnitWords>;
  /** Fields for which no value was found that their transforms take and give back. */
  readonly speechless: readonly string[];
  /** Fields of which only a few values are known. */
  readonly few: readonly string[];
  /** What people of a side call themselves in what they type. */
  readonly names: Readonly<Record<Side, string>>;
}

/** Finds out, for every field of a pipeline, what people can type into it. */
export function vocabularyOf(spec: PipelineSpec, plan: Plan): Vocabulary {
  const units = new Map<string, UnitWords>();
  const speechless: string[] = [];
  const few: string[] = [];
  for (const unit of plan.units) {
    const fields = new Map<string, Values>();
    const found: Canon[] = [];
    for (const member of unit.members) {
      const literals = literalsAbout(spec, member.field);
      const values = valuesOf(unit, member, literals);
      if (values === null) speechless.push(member.field);
      else fields.set(member.field, values);
      if (values?.endless === false) few.push(member.field);
      if (!unit.isGroup) found.push(...mentioned(unit, member, literals));
    }
    units.set(unit.key, { fields, mentioned: found, piece: piece(unit) });
  }
  return { units, speechless, few, names: { A: nameOf(plan, 'A'), B: nameOf(plan, 'B') } };
}

/** A value of the whole unit; fields without values are blank. */
export function unitValueOf(unit: UnitPlan, { fields }: UnitWords, by: string, n: number): Canon {
  if (!unit.isGroup) return fields.get(unit.key)?.make(by, n) ?? null;
  return Object.fromEntries(unit.members.map(({ field }) => [field, fields.get(field)?.make(by, n) ?? null]));
}

/** Words of texts and members of sets must survive the field's transforms, one by one and together. */
function piece(unit: UnitPlan): UnitWords['piece'] {
  const [member] = unit.members;
  const plain = (by: string, n: number): string => `${by}${String(n)}`;
  const merge = mergeOf(unit);
  if (member === undefined || (merge !== 'set' && merge !== 'text')) return plain;
  const together = (one: string, two: string): Canon =>
    merge === 'set' ? [one, two].sort() : `${one} ${two}`;
  const words = [plain, ...TEXTS].filter((text) => merge === 'set' || !text('x', 1).includes(' '));
  return (
    words.find((text) => {
      const value = together(text('CRM', 1), text('Support', 2));
      return comesBack(unit, member, value) && jsonEqual(value, together(text('CRM', 1), text('Support', 2)));
    }) ?? plain
  );
}

function nameOf(plan: Plan, side: Side): string {
  const [mine, theirs] = SIDES.map((one) => plan.sides[one].label.replace(/[^\p{L}\p{N} ]+/gu, '').trim());
  const name = (side === 'A' ? mine : theirs) ?? '';
  return name === '' || mine === theirs ? side : name;
}
