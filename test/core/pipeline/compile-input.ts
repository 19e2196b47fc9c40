import { compile } from '../../../src/core/pipeline/compile.js';
import type { ColumnFacts, ObjectFacts, SideFacts } from '../../../src/core/pipeline/facts.js';
import type { FieldSpec, PipelineSpec } from '../../../src/core/pipeline/spec.js';
import type { Plan, RuleScope, UnitPlan } from '../../../src/core/plan.js';
import type { FieldType } from '../../../src/core/value.js';

export const side = (label: string): SideFacts => ({ label, tier: 'T0', orderedLog: true });
export const sides = { A: side('CRM'), B: side('Support') };
export const nothing = { A: undefined, B: undefined };
export const review = { strategy: 'review' } as const;

export function spec(fields: Record<string, FieldSpec>, rest: Partial<PipelineSpec> = {}): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'companies' },
    connections: {
      a: { ref: 'crm', object: 'public.companies' },
      b: { ref: 'support', object: 'public.customers' },
    },
    match: [{ id: 'none', action: 'create' }],
    fields,
    ...rest,
  };
}

export function columns(
  types: Record<string, FieldType | { type: FieldType; nativeType: string }>,
): ObjectFacts {
  const fields = Object.entries(types).map(([name, type]): ColumnFacts => {
    const of = typeof type === 'string' ? { type, nativeType: type } : type;
    return {
      name,
      ...of,
      required: false,
      readOnly: false,
      unique: false,
      hasDefault: false,
      maxLength: null,
      options: null,
    };
  });
  return { object: 'public.t', key: ['id'], fields };
}

export const unit = (plan: Plan, key: string): UnitPlan => {
  const found = plan.unit.get(key);
  if (found === undefined) throw new Error(`no unit ${key}`);
  return found;
};

export const compiled = (fields: Record<string, FieldSpec>, rest: Partial<PipelineSpec> = {}): Plan =>
  compile(spec(fields, rest), nothing, sides, 7);

export const scope = (
  a: RuleScope['a'],
  b: RuleScope['b'],
  context: RuleScope['context'] = {},
): RuleScope => ({
  a,
  b,
  base: null,
  context,
});
export const by = (value: string | null, origin: 'person' | 'import' = 'person') => ({
  value,
  by: 'someone',
  origin,
  at: '',
});
