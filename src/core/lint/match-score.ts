import { fieldsOfBlock } from '../matching/scored-rule.js';
import type { MatchSpec } from '../pipeline/spec.js';
import { error, warning, type LintMessage, type SpecPath } from './message.js';

/** Only what is compared exactly can be given a normal form, and a country only where phone numbers are read. */
export function lintNormalForms(rule: MatchSpec, path: SpecPath): readonly LintMessage[] {
  const { by = [], normalize = {}, region, score = [] } = rule;
  const found = Object.keys(normalize)
    .filter((field) => !by.includes(field))
    .map((field) =>
      error('match-normal-form', `${field} is not among the fields of by`, [...path, 'normalize', field]),
    );
  const readsPhones = Object.values(normalize).includes('phone') || score.some(({ as }) => as === 'phone');
  if (region !== undefined && !readsPhones)
    found.push(
      error('match-normal-form', 'region is for phone numbers, the rule compares none', [...path, 'region']),
    );
  return found;
}

/** A rule that scores needs keys to find candidates by, and thresholds that can be reached, in their order. */
export function lintScore(rule: MatchSpec, path: SpecPath): readonly LintMessage[] {
  const { score } = rule;
  if (score === undefined) {
    return (['block', 'auto', 'review', 'margin'] as const)
      .filter((key) => rule[key] !== undefined)
      .map((key) => error('match-score', `${key} belongs to a rule with score`, [...path, key]));
  }
  return [...lintAttributes(score, path), ...lintBlocks(rule, path), ...lintThresholds(rule, score, path)];
}

function lintAttributes(score: NonNullable<MatchSpec['score']>, path: SpecPath): readonly LintMessage[] {
  const seen = new Set<string>();
  return score.flatMap(({ field, as, agree }, i): readonly LintMessage[] => {
    const at = [...path, 'score', i];
    const key = `${field} ${as}`;
    const twice = seen.has(key);
    seen.add(key);
    return [
      ...(twice ? [error('match-score', `${field} is compared as ${as} already`, at)] : []),
      ...(agree === 0
        ? [warning('match-score', `${field} speaks for nothing, it only speaks against`, [...at, 'agree'])]
        : []),
    ];
  });
}

function lintBlocks({ block }: MatchSpec, path: SpecPath): readonly LintMessage[] {
  if (block === undefined)
    return [
      error(
        'match-block',
        'a rule with score needs block: the keys that two records must share to be compared at all',
        path,
      ),
    ];
  return block.flatMap((one, i): readonly LintMessage[] => {
    const fields = fieldsOfBlock(one);
    if (fields.length === 0)
      return [error('match-block', 'a key is made of at least one field', [...path, 'block', i])];
    const isWide = fields.length === 1 && one.start !== undefined;
    return isWide
      ? [
          warning(
            'match-block',
            `many records share the first letters of ${fields[0] ?? ''}; keys that are too common are left out`,
            [...path, 'block', i],
          ),
        ]
      : [];
  });
}

function lintThresholds(
  { auto, review, margin }: MatchSpec,
  score: NonNullable<MatchSpec['score']>,
  path: SpecPath,
): readonly LintMessage[] {
  if (auto === undefined)
    return [
      error(
        'match-threshold',
        'a rule with score needs auto: the points from which records are linked',
        path,
      ),
    ];
  const found: LintMessage[] = [];
  const most = score.reduce((sum, { agree }) => sum + agree, 0);
  const strongest = Math.max(...score.map(({ agree }) => agree));
  if (auto > most)
    found.push(
      error('match-threshold', `auto is out of reach: all that agrees gives ${String(most)}`, [
        ...path,
        'auto',
      ]),
    );
  if (score.length > 1 && auto <= strongest)
    found.push(
      warning(
        'match-threshold',
        'one field alone reaches auto: records would be linked by it whatever is blank',
        [...path, 'auto'],
      ),
    );
  if (review !== undefined && review > auto)
    found.push(
      error('match-threshold', `review is above auto (${String(auto)}): nobody would ever be asked`, [
        ...path,
        'review',
      ]),
    );
  if (review === undefined)
    found.push(
      warning(
        'match-threshold',
        'without review what is less than certain is created anew, and never asked',
        path,
      ),
    );
  if (margin !== undefined && margin > auto)
    found.push(
      warning('match-threshold', 'a margin above auto makes a question of whatever has a rival', [
        ...path,
        'margin',
      ]),
    );
  return found;
}
