import type { Side } from '../core/clock.js';
import { CanonError } from '../core/errors.js';
import { isBlank, stableStringify, type Raw } from '../core/value.js';
import type { RunningPipeline } from './running-pipeline.js';

/** Between the fields of a key: a character that no text value can usefully hold. */
const SEPARATOR = '\u001f';

/** A link rule with the units its key is made of. */
export interface KeyRule {
  readonly index: number;
  readonly id: string;
  readonly units: readonly string[];
}

export function keyRules(pipeline: RunningPipeline): readonly KeyRule[] {
  return pipeline.spec.match.flatMap((rule, index) =>
    rule.action === 'link' && rule.by !== undefined ? [{ index, id: rule.id, units: rule.by }] : [],
  );
}

/** What to do with a record that matches nothing: may it be created on the other side? */
export function mayCreate(pipeline: RunningPipeline, from: Side): boolean {
  const rule = pipeline.spec.match.find((one) => one.action === 'create');
  if (rule === undefined) return false;
  const direction = rule.direction ?? 'both';
  return direction === 'both' || direction === (from === 'A' ? 'aToB' : 'bToA');
}

/** The columns of a side that keys are made of. */
export function keyColumns(pipeline: RunningPipeline, side: Side): readonly string[] {
  const columns = new Set<string>();
  for (const rule of keyRules(pipeline)) {
    for (const unit of rule.units)
      for (const [, column] of pipeline.ends[side].columns.get(unitOf(pipeline, unit)) ?? [])
        columns.add(column);
  }
  return [...columns];
}

/** The record's key by a rule, in the compared form of its fields; `null` when a part is blank or cannot be read. */
export function matchKey(
  pipeline: RunningPipeline,
  side: Side,
  rule: KeyRule,
  values: Readonly<Record<string, Raw>>,
): string | null {
  const parts: string[] = [];
  for (const field of rule.units) {
    const part = keyPart(pipeline, side, field, values);
    if (part === null) return null;
    parts.push(part);
  }
  return parts.join(SEPARATOR);
}

function keyPart(
  pipeline: RunningPipeline,
  side: Side,
  field: string,
  values: Readonly<Record<string, Raw>>,
): string | null {
  const plan = pipeline.plan.unit.get(unitOf(pipeline, field));
  if (plan === undefined) return null;
  const columns = pipeline.ends[side].columns.get(plan.key) ?? [];
  const raw: Raw = plan.isGroup
    ? Object.fromEntries(columns.map(([member, column]) => [member, values[column] ?? null]))
    : (values[columns[0]?.[1] ?? ''] ?? null);
  try {
    const value = plan.get(side, raw);
    if (!plan.isGroup) return isBlank(value) ? null : plan.compareKey(value);
    const member = (value as Readonly<Record<string, Raw>>)[field] ?? null;
    return isBlank(member) ? null : stableStringify(member);
  } catch (error) {
    if (error instanceof CanonError) return null;
    throw error;
  }
}

function unitOf(pipeline: RunningPipeline, field: string): string {
  if (pipeline.plan.unit.has(field)) return field;
  return (
    pipeline.plan.units.find((unit) => unit.members.some((member) => member.field === field))?.key ?? field
  );
}
