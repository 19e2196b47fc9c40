import { describe, expect, it } from '@jest/globals';
import { lint, type LintFacts } from '../../../src/core/lint/lint.js';
import { LINT_CODES } from '../../../src/core/lint/message.js';
import type { PipelineSpec } from '../../../src/core/pipeline/spec.js';
import { columnCases } from './lint-cases-columns.js';
import { matchCases } from './lint-cases-match.js';
import { policyCases } from './lint-cases-policies.js';
import { structureCases } from './lint-cases-structure.js';
import { valueCases } from './lint-cases-values.js';
import { column, f, facts, offline, policy, review, spec, tiers, type Case } from './lint-input.js';

const cases = [...structureCases, ...policyCases, ...columnCases, ...valueCases, ...matchCases];

describe('lint', () => {
  it.each(cases)('says %s (%s) at %s', (...row) => {
    const [code, severity, path, of, given, message] = row as Case;
    const messages = lint(of, given ?? offline);
    const found = messages.filter((one) => one.code === code && `/${one.path.join('/')}` === path);
    expect(found.length === 1 ? [] : messages).toEqual([]);
    expect(found[0]?.severity).toBe(severity);
    expect(found[0]?.message).toMatch(message ?? /./);
  });

  it('has a case for every code', () => {
    expect([...new Set(cases.map(([code]) => code))].sort()).toEqual(Object.keys(LINT_CODES).sort());
  });

  const fine: readonly (readonly [string, PipelineSpec, LintFacts?])[] = [
    ['a plain field', spec({})],
    ['columns that fit', policy(review), facts([column('x', 'text')], [column('y', 'text')])],
    [
      'an integer beside a numeric',
      f({ type: 'decimal', policy: review }),
      facts([column('x', 'integer')], [column('y', 'decimal')]),
    ],
    [
      'a set kept in an array',
      policy({ strategy: 'merge', merge: 'set' }, 'set'),
      facts([column('x', 'list')], [column('y', 'list')]),
    ],
    [
      'a read-only source',
      f({ direction: 'aToB', policy: { strategy: 'owner', owner: 'a' } }),
      facts([column('x', 'text', { readOnly: true })], [column('y', 'text')]),
    ],
    [
      'a one-way transform that is only read at its source',
      f({
        direction: 'aToB',
        transform: { aToB: 'upper(value)' },
        policy: { strategy: 'owner', owner: 'a' },
      }),
    ],
    [
      'a lossy transform that says so',
      f({ lossy: true, transform: { aToB: 'upper(value)', bToA: 'value' }, policy: review }),
    ],
    [
      'a transform that only compare looks through',
      f({
        compare: { normalize: ['lowercase'] },
        transform: { aToB: 'upper(value)', bToA: 'value' },
        policy: review,
      }),
    ],
    [
      'rules that read other fields',
      spec({
        f: {
          a: 'x',
          b: 'y',
          policy: {
            strategy: 'rules',
            rules: [
              { id: 'r', when: 'record.ok.b == true', take: 'b' },
              { id: 's', take: 'newest' },
              { id: 't', take: 'review' },
            ],
          },
        },
        ok: { b: 'ok', type: 'boolean', contextOnly: true },
      }),
    ],
    [
      'a blind target that is only written',
      spec({ name: { a: 'name', b: 'name', direction: 'aToB', policy: { strategy: 'owner', owner: 'a' } } }),
      tiers('T0', 'T4'),
    ],
    [
      'a required column with a default',
      spec(
        {},
        {
          match: [
            { id: 'l', by: ['name'], action: 'link' },
            { id: 'c', action: 'create' },
          ],
        },
      ),
      facts([], [column('must', 'text', { required: true, hasDefault: true })]),
    ],
  ];
  it.each(fine)('says nothing of %s', (...row) => {
    const [, of, given] = row as (typeof fine)[number];
    expect(lint(of, given ?? offline)).toEqual([]);
  });

  it('tries transforms on values of real rows', () => {
    const of = f({ a: { column: 'x', read: 'value', write: 'substring(value, 0, 30)' }, policy: review });
    expect(lint(of, offline)).toEqual([]);
    const found = lint(of, {
      ...offline,
      samples: { A: {}, B: { y: ['short', 'a name of more than thirty letters'] } },
    });
    expect(found.map(({ code, message }) => [code, message])).toEqual([
      ['transform-lossy', expect.stringContaining('which is read as "a name of more than thirty let"')],
    ]);
  });

  it('survives any shape-valid pipeline and reports all faults at once', () => {
    const of = spec(
      {
        f: { a: 'name', policy: { strategy: 'merge', merge: 'set' }, type: 'text' },
        g: { a: { column: 'g', read: '((' }, b: 'g' },
      },
      { groups: { gr: { fields: ['nope', 'g'], policy: review } }, holdSets: [{ id: 'h', fields: ['zzz'] }] },
    );
    const codes = lint(of, offline).map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining([
        'end-missing',
        'merge-type',
        'group-member-unknown',
        'expression-invalid',
        'unknown-field',
        'column-twice',
      ]),
    );
  });
});
