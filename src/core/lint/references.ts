import { fieldsOfRule } from '../matching/scored-rule.js';
import type { FieldSpec, PipelineSpec, PolicySpec } from '../pipeline/spec.js';
import { error, type LintMessage } from './message.js';

/** What can be said from the file alone about fields that point to records: they are ids on both sides, and nothing else. */
export function lintReferences(spec: PipelineSpec): readonly LintMessage[] {
  const found: LintMessage[] = [];
  const grouped = new Map(
    Object.entries(spec.groups ?? {}).flatMap(([name, { fields }]) =>
      fields.map((field) => [field, name] as const),
    ),
  );
  for (const [field, of] of Object.entries(spec.fields)) {
    if (of.reference === undefined) continue;
    const path = ['fields', field];
    for (const key of ['type', 'transform', 'compare', 'lossy', 'contextOnly'] as const)
      if (of[key] !== undefined)
        found.push(
          error('reference-value', `${key} does not go with reference: ids are taken as they are`, [
            ...path,
            key,
          ]),
        );
    for (const end of ['a', 'b'] as const)
      if (hasLens(of, end))
        found.push(error('reference-value', 'an id is read and written as it is', [...path, end]));
    if (of.policy !== undefined && mayMerge(of.policy))
      found.push(
        error('reference-policy', 'two ids cannot be merged; owner, newest, rules or review decides', [
          ...path,
          'policy',
        ]),
      );
    const group = grouped.get(field);
    if (group !== undefined)
      found.push(
        error('reference-group', `${field} waits for other records, and would let all of ${group} wait`, [
          'groups',
          group,
          'fields',
        ]),
      );
  }
  spec.match.forEach((rule, i) => {
    for (const field of fieldsOfRule(rule))
      if (spec.fields[field]?.reference !== undefined)
        found.push(
          error('reference-match', `records are not matched by ${field}, which points to other records`, [
            'match',
            i,
          ]),
        );
  });
  return found;
}

function hasLens(spec: FieldSpec, end: 'a' | 'b'): boolean {
  const of = spec[end];
  return typeof of === 'object' && (of.read ?? of.write) !== undefined;
}

function mayMerge(policy: PolicySpec): boolean {
  return (
    policy.strategy === 'merge' ||
    (policy.strategy === 'rules' && policy.rules.some(({ take }) => take === 'merge'))
  );
}
