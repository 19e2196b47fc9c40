import { createHash } from 'node:crypto';
import type { Side } from '../core/clock.js';
import { CanonError } from '../core/errors.js';
import { canonText, normalForm } from '../core/matching/normal-forms.js';
import { fieldsOfRule } from '../core/matching/scored-rule.js';
import type { NormalFormName } from '../core/pipeline/spec.js';
import { isBlank, stableStringify, type Canon, type Raw } from '../core/value.js';
import type { End, RunningPipeline } from './running-pipeline.js';

/** As much of a pipeline as it takes to say by what a record is matched. */
export type Matching = Pick<RunningPipeline, 'spec' | 'plan'> & {
  readonly ends: Readonly<Record<Side, Pick<End, 'columns'>>>;
};

/** Between the fields of a key: a character that no text value can usefully hold. */
const SEPARATOR = '\u001f';

/** Bytes; PostgreSQL's limit is about 2700. */
const LONGEST = 2000;

/** A rule that links by equal keys, with the fields its key is made of. */
export interface KeyRule {
  readonly index: number;
  readonly id: string;
  readonly fields: readonly string[];
  /** Fields that are compared in a normal form. */
  readonly forms: Readonly<Record<string, NormalFormName>>;
  readonly region: string | undefined;
}

export function keyRules(pipeline: Matching): readonly KeyRule[] {
  return pipeline.spec.match.flatMap((rule, index) =>
    rule.action === 'link' && rule.by !== undefined
      ? [{ index, id: rule.id, fields: rule.by, forms: rule.normalize ?? {}, region: rule.region }]
      : [],
  );
}

/** What to do with a record that matches nothing: may it be created on the other side? */
export function mayCreate(pipeline: Matching, from: Side): boolean {
  const rule = pipeline.spec.match.find((one) => one.action === 'create');
  if (rule === undefined) return false;
  const direction = rule.direction ?? 'both';
  return direction === 'both' || direction === (from === 'A' ? 'aToB' : 'bToA');
}

/** The columns of a side that records are matched by. */
export function keyColumns(pipeline: Matching, side: Side): readonly string[] {
  const columns = new Set<string>();
  for (const field of pipeline.spec.match.flatMap(fieldsOfRule)) {
    for (const [, column] of pipeline.ends[side].columns.get(unitOf(pipeline, field)) ?? [])
      columns.add(column);
  }
  return [...columns];
}

/** The record's key by a rule, in the compared form of its fields; `null` when a part is blank or cannot be read. */
export function matchKey(
  pipeline: Matching,
  side: Side,
  rule: KeyRule,
  values: Readonly<Record<string, Raw>>,
): string | null {
  const parts: string[] = [];
  for (const field of rule.fields) {
    const part = keyPart(pipeline, side, rule, field, values);
    if (part === null) return null;
    parts.push(part);
  }
  return indexable(parts.join(SEPARATOR));
}

/** Keys are indexed, and an index takes no text of any length: of one that is longer its hash is as good. */
function indexable(key: string): string {
  if (key.length <= LONGEST / 4 || Buffer.byteLength(key) <= LONGEST) return key;
  return `${key.slice(0, 100).toWellFormed()} sha256:${createHash('sha256').update(key).digest('hex')}`;
}

function keyPart(
  pipeline: Matching,
  side: Side,
  rule: KeyRule,
  field: string,
  values: Readonly<Record<string, Raw>>,
): string | null {
  const value = fieldValue(pipeline, side, field, values);
  if (value === null) return null;
  const form = rule.forms[field];
  if (form !== undefined) return normalForm(form, canonText(value), rule.region);
  const plan = pipeline.plan.unit.get(field);
  return plan === undefined || plan.isGroup ? stableStringify(value) : plan.compareKey(value);
}

/** A field's canonical value, also of a member of a group; `null`: blank, or it cannot be read. */
export function fieldValue(
  pipeline: Matching,
  side: Side,
  field: string,
  values: Readonly<Record<string, Raw>>,
): Canon {
  const plan = pipeline.plan.unit.get(unitOf(pipeline, field));
  if (plan === undefined) return null;
  const columns = pipeline.ends[side].columns.get(plan.key) ?? [];
  const raw: Raw = plan.isGroup
    ? Object.fromEntries(columns.map(([member, column]) => [member, values[column] ?? null]))
    : (values[columns[0]?.[1] ?? ''] ?? null);
  try {
    const value = plan.get(side, raw);
    const own = plan.isGroup ? ((value as Readonly<Record<string, Canon>>)[field] ?? null) : value;
    return isBlank(own) ? null : own;
  } catch (error) {
    if (error instanceof CanonError) return null;
    throw error;
  }
}

function unitOf(pipeline: Matching, field: string): string {
  if (pipeline.plan.unit.has(field)) return field;
  return (
    pipeline.plan.units.find((unit) => unit.members.some((member) => member.field === field))?.key ?? field
  );
}
