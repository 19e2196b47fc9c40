import { describe, expect, it } from '@jest/globals';
import type { CompileInput } from '../../../src/core/pipeline/compile-input.js';
import type { ColumnFacts } from '../../../src/core/pipeline/facts.js';
import { isMatchedOtherwise } from '../../../src/core/pipeline/match-changes.js';
import type { PipelineSpec } from '../../../src/core/pipeline/spec.js';
import { peopleSpec } from '../../support/people-pair.js';

const column = (name: string, type: ColumnFacts['type'] = 'text'): ColumnFacts => ({
  name,
  nativeType: String(type),
  type,
  required: false,
  readOnly: false,
  unique: false,
  hasDefault: false,
  maxLength: null,
  options: null,
});
const input = (more: Partial<PipelineSpec> = {}, emailType: ColumnFacts['type'] = 'text'): CompileInput => {
  const object = { object: 't', key: ['id'], fields: [column('name'), column('email', emailType)] };
  const side = { label: 's', tier: 'T0', orderedLog: true } as const;
  return { spec: peopleSpec(more), schemas: { A: object, B: object }, sides: { A: side, B: side } };
};
const { match, fields } = peopleSpec();

describe('whether records are matched otherwise', () => {
  const after = (more: Partial<PipelineSpec>, emailType?: ColumnFacts['type']): boolean =>
    isMatchedOtherwise(input(), input(more, emailType));

  it('they are where a rule says something else, or its fields mean something else', () => {
    const [first, ...rest] = match;
    expect(after({ match: rest })).toBe(true);
    expect(after({ match: [{ id: 'by-email', by: ['email'], action: 'link' }, ...rest] })).toBe(true);
    expect(after({ match: [...rest, ...(first === undefined ? [] : [first])] })).toBe(true);
    expect(after({ onAmbiguous: 'ignore' })).toBe(true);
    expect(after({ fields: { ...fields, email: { ...fields.email, a: 'mail' } } })).toBe(true);
    const read = { column: 'email', read: 'lower(value)' };
    expect(after({ fields: { ...fields, email: { ...fields.email, a: read } } })).toBe(true);
    expect(after({}, 'integer')).toBe(true);
  });

  it('they are not where a rule is called something else, or something changes that no rule reads', () => {
    expect(after({})).toBe(false);
    expect(after({ match: match.map((rule) => ({ ...rule, id: `${rule.id}-2` })) })).toBe(false);
    expect(after({ fields: { ...fields, city: { a: 'city', b: 'city' } } })).toBe(false);
    const policy = { strategy: 'owner', owner: 'b' } as const;
    expect(after({ fields: { ...fields, email: { ...fields.email, policy } } })).toBe(false);
  });
});
