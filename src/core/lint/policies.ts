import { MERGE_TYPES } from '../merge/merge.js';
import type { Side } from '../clock.js';
import { fieldMapping } from '../mapping/field-mapping.js';
import type { SchemaFacts, SideFacts } from '../pipeline/facts.js';
import type { CompareSpec, FieldSpec, PipelineSpec, PolicySpec, RuleSpec } from '../pipeline/spec.js';
import type { MergeKind } from '../plan.js';
import type { FieldType } from '../value.js';
import { error, warning, type LintMessage, type SpecPath } from './message.js';

/** Do the policies fit the types, the stamps and the capabilities of the sides? */
export function lintPolicies(
  spec: PipelineSpec,
  schemas: SchemaFacts,
  sides: Readonly<Record<Side, SideFacts>> | undefined,
  now: number | null,
): readonly LintMessage[] {
  const found: LintMessage[] = [];
  for (const [field, of] of Object.entries(spec.fields)) {
    const { type } = fieldMapping(field, of, schemas);
    const known = of.type !== undefined || schemas.A !== undefined || schemas.B !== undefined;
    const path = ['fields', field];
    if (of.compare !== undefined)
      found.push(...compareMessages(of.compare, type, known, [...path, 'compare']));
    if (of.policy !== undefined)
      found.push(...policyMessages(of.policy, known ? type : null, spec, sides, [...path, 'policy'], now));
    if (sides !== undefined && of.contextOnly !== true) found.push(...tierMessages(of, sides, path));
  }
  for (const [name, group] of Object.entries(spec.groups ?? {})) {
    found.push(...policyMessages(group.policy, null, spec, sides, ['groups', name, 'policy'], now));
  }
  return found;
}

const TEXTS: readonly FieldType[] = ['text', 'enum', 'uuid', 'set', 'list'];
const NUMBERS: readonly FieldType[] = ['integer', 'decimal', 'float'];

function compareMessages(
  compare: CompareSpec,
  type: FieldType,
  known: boolean,
  path: SpecPath,
): readonly LintMessage[] {
  const found: LintMessage[] = [];
  (compare.normalize ?? []).forEach((name, i) => {
    const fits = name === 'date-only' ? ['date', 'datetime', 'localdatetime', 'text'] : TEXTS;
    if (known && !fits.includes(type))
      found.push(error('compare-type', `${name} does not fit type ${type}`, [...path, 'normalize', i]));
  });
  if (compare.tolerance !== undefined && known && !NUMBERS.includes(type)) {
    found.push(
      error('compare-type', `a tolerance needs a number, the field is ${type}`, [...path, 'tolerance']),
    );
  }
  return found;
}

function policyMessages(
  policy: PolicySpec,
  type: FieldType | null,
  spec: PipelineSpec,
  sides: Readonly<Record<Side, SideFacts>> | undefined,
  path: SpecPath,
  now: number | null,
): readonly LintMessage[] {
  switch (policy.strategy) {
    case 'merge': {
      const found = mergeMessages(policy.merge, type, sides, [...path, 'merge']);
      const bounded = policy.min !== undefined || policy.max !== undefined;
      if (bounded && policy.merge !== 'counter')
        found.push(error('merge-bounds', `min and max belong to a counter`, path));
      if (policy.min !== undefined && policy.max !== undefined && policy.min > policy.max) {
        found.push(
          error('merge-bounds', `min ${String(policy.min)} is greater than max ${String(policy.max)}`, path),
        );
      }
      return found;
    }
    case 'newest':
      return stampMessages(spec, path);
    case 'rules':
      return ruleMessages(policy.rules, type, spec, sides, [...path, 'rules'], now);
    default:
      return [];
  }
}

function mergeMessages(
  kind: MergeKind,
  type: FieldType | null,
  sides: Readonly<Record<Side, SideFacts>> | undefined,
  path: SpecPath,
): LintMessage[] {
  const found: LintMessage[] = [];
  const fits = MERGE_TYPES[kind];
  if (type !== null && !fits.includes(type)) {
    found.push(
      error('merge-type', `merge: ${kind} needs type ${fits.join(', ')}, the field is ${type}`, path),
    );
  }
  // A delta that may have been applied twice cannot be recognised without an exact acknowledgement.
  const weak =
    kind !== 'counter' || sides === undefined
      ? undefined
      : [sides.A, sides.B].find(({ tier }) => tier === 'T3' || tier === 'T4');
  if (weak !== undefined)
    found.push(
      error(
        'tier-policy',
        `a counter needs exact acknowledgements; ${weak.label} (${weak.tier}) gives none`,
        path,
      ),
    );
  return found;
}

/** A tier T4 side is written blindly and tells nothing: an edit there could be overwritten unseen, so nothing may flow from it. */
function tierMessages(
  field: FieldSpec,
  sides: Readonly<Record<Side, SideFacts>>,
  path: SpecPath,
): readonly LintMessage[] {
  const blind = (['A', 'B'] as const).find((side) => sides[side].tier === 'T4');
  if (blind === undefined) return [];
  const allowed = blind === 'A' ? 'bToA' : 'aToB';
  if (field.direction === allowed) return [];
  return [
    error(
      'tier-policy',
      `${sides[blind].label} (T4) can only be written to; direction must be ${allowed}`,
      path,
    ),
  ];
}

function stampMessages(spec: PipelineSpec, path: SpecPath): LintMessage[] {
  const found: LintMessage[] = [];
  for (const side of ['a', 'b'] as const) {
    const { capture, label, ref } = spec.connections[side];
    const name = label ?? ref;
    if (capture === undefined || capture.mode === 'log') continue;
    if (capture.updatedAt === undefined) {
      found.push(
        error(
          'newest-no-stamp',
          `${name} says nothing about when a value changed; name a column in capture.updatedAt or use another policy`,
          path,
        ),
      );
    } else {
      found.push(
        warning(
          'newest-coarse',
          `${name} tells when the record changed, not the field; edits too close together go to review`,
          path,
        ),
      );
    }
  }
  return found;
}

function ruleMessages(
  rules: readonly RuleSpec[],
  type: FieldType | null,
  spec: PipelineSpec,
  sides: Readonly<Record<Side, SideFacts>> | undefined,
  path: SpecPath,
  now: number | null,
): readonly LintMessage[] {
  const found: LintMessage[] = [];
  const ids = new Set<string>();
  let always: string | null = null;
  rules.forEach((rule, i) => {
    const at = [...path, i];
    if (ids.has(rule.id))
      found.push(error('rule-twice', `there is a rule ${rule.id} already`, [...at, 'id']));
    ids.add(rule.id);
    if (always !== null) found.push(error('rule-unreachable', `rule ${always} before it always decides`, at));
    const expired = now !== null && rule.expiresAt !== undefined && Date.parse(rule.expiresAt) <= now;
    if (expired)
      found.push(
        warning('rule-expired', `expired at ${rule.expiresAt ?? ''}; it has no effect`, [...at, 'expiresAt']),
      );
    if (rule.origin?.startsWith('remembered') === true && rule.expiresAt === undefined) {
      found.push(
        warning('rule-no-expiry', 'a remembered rule should say until when it holds (expiresAt)', at),
      );
    }
    if (rule.take === 'merge' && rule.merge === undefined)
      found.push(error('merge-missing', 'say how to merge: set, counter, text, json, min or max', at));
    if (rule.take !== 'merge' && rule.merge !== undefined)
      found.push(error('rule-option', 'merge belongs to take: merge', [...at, 'merge']));
    if (rule.take !== 'newest' && rule.within !== undefined)
      found.push(error('rule-option', 'within belongs to take: newest', [...at, 'within']));
    if (rule.take === 'newest') found.push(...stampMessages(spec, at));
    if (rule.merge !== undefined) found.push(...mergeMessages(rule.merge, type, sides, [...at, 'merge']));
    // A merge or a comparison of times may fail to decide; the next rule is asked then.
    const decides = rule.take !== 'merge' && rule.take !== 'newest' && rule.expiresAt === undefined;
    if (decides && (rule.when === undefined || rule.when.trim() === 'true')) always ??= rule.id;
  });
  return found;
}
