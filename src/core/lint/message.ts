/** What the lint says about a pipeline, at a place inside its spec. Errors refuse the pipeline; warnings do not. */
export interface LintMessage {
  readonly severity: 'error' | 'warning';
  readonly code: LintCode;
  readonly message: string;
  readonly path: SpecPath;
}

export type SpecPath = readonly (string | number)[];

/** Every code of the lint and what it is about; documented in docs/pipelines.md. */
export const LINT_CODES = {
  'policy-missing': 'a field has no policy',
  'policy-twice': 'a field has a policy although its group decides',
  'group-member-unknown': 'a group names a field that does not exist',
  'group-member-twice': 'a field belongs to two groups',
  'group-name-taken': 'a group has the name of a field',
  'group-direction': 'the fields of a group flow in different directions',
  'group-merge': 'a group cannot be merged',
  'group-context': 'a context field cannot belong to a group',
  'context-policy': 'a context field has a policy',
  'end-missing': 'a field that is synchronised lacks a column on one side',
  'merge-type': 'the merge does not fit the type',
  'merge-bounds': 'bounds do not fit the merge',
  'merge-missing': 'a rule merges but does not say how',
  'rule-option': 'a rule has an option that its take does not use',
  'compare-type': 'the comparison does not fit the type',
  'one-way-policy': 'a one-way field has a two-way policy',
  'one-way-owner': 'the owner of a one-way field is not its source',
  'one-way-accept': 'a one-way field accepts edits of its target',
  'newest-no-stamp': 'a side says nothing about when',
  'newest-coarse': 'a side says only roughly when',
  'tier-policy': 'the capability of a side does not carry the policy',
  'column-unknown': 'a column does not exist',
  'column-twice': 'a column is mapped twice',
  'column-read-only': 'a column that would be written cannot be',
  'column-unsupported': 'the type of a column cannot be kept exactly',
  'type-mismatch': 'the columns have different types and no transform',
  'column-length': 'a target column is shorter than its source',
  'options-differ': 'an enumeration lacks values of the other side',
  'required-unmapped': 'a required column of a side where records are created has no field',
  'value-unreadable': 'real values cannot be read',
  'value-unwritable': 'real values of one side cannot be written to the other',
  'transform-one-sided': 'a side is written through a transform that is only read, or the reverse',
  'transform-and-lens': 'a transform and a lens are both given',
  'transform-lossy': 'a transform does not come back',
  'expression-invalid': 'an expression is not valid',
  'expression-limit': 'an expression is too costly',
  'unknown-field': 'an expression or list names a field that does not exist',
  'unknown-name': 'an expression names something that does not exist',
  'rule-twice': 'two rules have one name',
  'rule-unreachable': 'a rule stands behind one that always holds',
  'rule-expired': 'a rule has expired',
  'rule-no-expiry': 'a remembered rule never expires',
  'match-missing': 'no rule links records',
  'match-order': 'a final match rule is not the last',
  'match-field': 'a match rule does not fit',
  'match-normal-form': 'a normal form does not fit',
  'match-score': 'a rule that scores is not complete',
  'match-block': 'a rule that scores would compare nothing, or everything',
  'match-threshold': 'thresholds are out of order or out of reach',
  'match-duplicates': 'real records share the key that a rule links by',
  'priority-unknown': 'a priority is given to something that does not exist',
  'reference-value': 'a reference is given a form of its own',
  'reference-policy': 'references cannot be merged',
  'reference-group': 'a reference belongs to a group',
  'reference-match': 'records are to be matched by a reference',
  'archive-column': 'a column cannot tell of deletions',
  'archive-value': 'a mark of deleted rows does not fit its column',
  'sla-hours': 'business hours are none',
  'sla-length': 'a time to decide is too long',
  'capture-options': 'options of capture do not fit its mode',
} as const;

export type LintCode = keyof typeof LINT_CODES;

export function error(code: LintCode, message: string, path: SpecPath): LintMessage {
  return { severity: 'error', code, message, path };
}

export function warning(code: LintCode, message: string, path: SpecPath): LintMessage {
  return { severity: 'warning', code, message, path };
}
