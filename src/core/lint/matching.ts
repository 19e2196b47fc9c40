import { SIDES } from '../clock.js';
import { fieldMapping } from '../mapping/field-mapping.js';
import type { SchemaFacts } from '../pipeline/facts.js';
import type { PipelineSpec } from '../pipeline/spec.js';
import { fieldsOfBlock } from '../matching/scored-rule.js';
import { lintNormalForms, lintScore } from './match-score.js';
import { error, warning, type LintMessage } from './message.js';

/** Match rules are tried in order; `create` and `ignore` say what happens when none linked, so they come last and once. */
export function lintMatching(spec: PipelineSpec, schemas: SchemaFacts): readonly LintMessage[] {
  const found: LintMessage[] = [];
  const ids = new Set<string>();
  spec.match.forEach((rule, i) => {
    const { id, by, score, action, direction } = rule;
    const path = ['match', i];
    if (ids.has(id)) found.push(error('match-field', `there is a match rule ${id} already`, [...path, 'id']));
    ids.add(id);
    if (action === 'link' && by === undefined && score === undefined)
      found.push(error('match-field', 'a rule that links needs by: the fields to compare; or score', path));
    if (by !== undefined && score !== undefined)
      found.push(error('match-score', 'a rule compares either by, or by score', [...path, 'score']));
    for (const key of ['by', 'score'] as const)
      if (action !== 'link' && rule[key] !== undefined)
        found.push(
          error('match-field', `${key} belongs to a rule that links, ${action} takes what no rule linked`, [
            ...path,
            key,
          ]),
        );
    found.push(...lintNormalForms(rule, path), ...lintScore(rule, path));
    if (action !== 'create' && direction !== undefined)
      found.push(error('match-field', 'direction belongs to create', [...path, 'direction']));
    if (action !== 'link' && i < spec.match.length - 1)
      found.push(
        error('match-order', `${action} must be the last rule, those behind it are never tried`, path),
      );
    (by ?? []).forEach((field, j) => found.push(...matchField(field, spec, schemas, [...path, 'by', j])));
    (score ?? []).forEach(({ field }, j) =>
      found.push(...matchField(field, spec, schemas, [...path, 'score', j, 'field'])),
    );
    (rule.block ?? []).forEach((block, j) => {
      for (const field of fieldsOfBlock(block))
        found.push(...matchField(field, spec, schemas, [...path, 'block', j]));
    });
  });
  if (!spec.match.some(({ action }) => action === 'link')) {
    found.push(
      warning(
        'match-missing',
        'no rule links records that exist on both sides; each would be created again on the other',
        ['match'],
      ),
    );
  }
  return found;
}

function matchField(
  field: string,
  spec: PipelineSpec,
  schemas: SchemaFacts,
  path: readonly (string | number)[],
): readonly LintMessage[] {
  const of = spec.fields[field];
  if (of === undefined) return [error('unknown-field', `there is no field ${field}`, path)];
  if (of.a === undefined || of.b === undefined)
    return [error('match-field', `${field} does not exist on both sides`, path)];
  const mapping = fieldMapping(field, of, schemas);
  if (mapping.type === 'json' || mapping.type === 'float')
    return [error('match-field', `records cannot be matched by a field of type ${mapping.type}`, path)];
  const unsupported = SIDES.some((side) => mapping[side].facts?.type === null);
  return unsupported
    ? [error('match-field', `${field} has a column whose type cannot be kept exactly`, path)]
    : [];
}
