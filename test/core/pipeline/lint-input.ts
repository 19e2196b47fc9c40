import type { LintFacts } from '../../../src/core/lint/lint.js';
import type { ColumnFacts, ObjectFacts, SideFacts } from '../../../src/core/pipeline/facts.js';
import type { FieldSpec, PipelineSpec, PolicySpec, RuleSpec } from '../../../src/core/pipeline/spec.js';
import type { Tier } from '../../../src/core/plan.js';
import type { FieldType } from '../../../src/core/value.js';

export const review = { strategy: 'review' } as const;
export const name: FieldSpec = { a: 'name', b: 'name', policy: review };
export const offline: LintFacts = {
  schemas: { A: undefined, B: undefined },
  now: Date.parse('2026-11-21T00:00:00Z'),
};

export function spec(fields: Record<string, FieldSpec>, rest: Partial<PipelineSpec> = {}): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'p' },
    connections: { a: { ref: 'crm', object: 'public.a' }, b: { ref: 'support', object: 'public.b' } },
    match: [{ id: 'by-name', by: ['name'], action: 'link' }],
    fields: { name, ...fields },
    ...rest,
  };
}

export const f = (of: FieldSpec): PipelineSpec => spec({ f: { a: 'x', b: 'y', ...of } });
export const policy = (of: PolicySpec, type?: FieldType): PipelineSpec =>
  f({ policy: of, ...(type !== undefined && { type }) });
export const rules = (...of: RuleSpec[]): PipelineSpec => policy({ strategy: 'rules', rules: of });
export const polling = { mode: 'polling', updatedAt: 'at' } as const;
export const ends = (
  capture: NonNullable<PipelineSpec['connections']['a']['capture']>,
): PipelineSpec['connections'] => ({
  a: { ref: 'crm', object: 'public.a', capture },
  b: { ref: 'support', object: 'public.b' },
});

export function column(name: string, type: FieldType | null, rest: Partial<ColumnFacts> = {}): ColumnFacts {
  return {
    name,
    nativeType: type ?? 'tsvector',
    type,
    required: false,
    readOnly: false,
    unique: false,
    hasDefault: false,
    maxLength: null,
    options: null,
    ...rest,
  };
}
export const table = (...fields: ColumnFacts[]): ObjectFacts => ({
  object: 'public.t',
  key: ['id'],
  fields: [column('name', 'text'), ...fields],
});
export const facts = (a: ColumnFacts[], b: ColumnFacts[]): LintFacts => ({
  ...offline,
  schemas: { A: table(...a), B: table(...b) },
});
export const tiers = (A: Tier, B: Tier): LintFacts => {
  const side = (label: string, tier: Tier): SideFacts => ({ label, tier, orderedLog: false });
  return { ...offline, sides: { A: side('CRM', A), B: side('Support', B) } };
};

export type Case = readonly [
  code: string,
  severity: 'error' | 'warning',
  path: string,
  spec: PipelineSpec,
  facts?: LintFacts,
  message?: RegExp,
];

export const at = '/fields/f';
