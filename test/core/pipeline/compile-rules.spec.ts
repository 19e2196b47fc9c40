import { describe, expect, it } from '@jest/globals';
import { compile, nextRuleExpiry } from '../../../src/core/pipeline/compile.js';
import type { RuleScope } from '../../../src/core/plan.js';
import { by, compiled, nothing, review, scope, sides, spec, unit } from './compile-input.js';

describe('rules', () => {
  const plan = compiled(
    {
      phone: {
        a: 'phone',
        b: 'phone',
        policy: {
          strategy: 'rules',
          rules: [
            { id: 'verified', when: 'record.verified.b == true && record.plan.a == "gold"', take: 'b' },
            { id: 'person', when: 'a.origin == "person" && b.origin == "import"', take: 'a' },
            { id: 'berlin', when: 'b.value.startsWith("+4930")', take: 'newest', within: '2m' },
            { id: 'zip', when: 'record.zip.a == base', take: 'merge', merge: 'text' },
            { id: 'rest', take: 'review' },
          ],
        },
      },
      verified: { type: 'boolean', b: 'ok', contextOnly: true },
      plan: { a: 'plan', b: 'plan', policy: review },
      street: { a: 's', b: 's' },
      zip: { a: 'z', b: 'z' },
    },
    { groups: { address: { fields: ['street', 'zip'], policy: review } } },
  );
  const { policy } = unit(plan, 'phone');
  const rules = policy.strategy === 'rules' ? policy.rules : [];
  const matching = (of: RuleScope): string | undefined => rules.find((rule) => rule.when(of))?.id;
  const context = (verified: boolean | null, tier: string, zip: string) => ({
    verified: { a: null, b: verified },
    plan: { a: tier, b: tier },
    address: { a: { street: 's', zip }, b: { street: 's', zip } },
  });

  it('read both candidates and other fields of the record', () => {
    expect(matching(scope(by('1'), by('2'), context(true, 'gold', '1')))).toBe('verified');
    expect(matching(scope(by('1'), by('2', 'import'), context(true, 'tin', '1')))).toBe('person');
    expect(matching(scope(by('1'), by('+4930'), context(null, 'gold', '1')))).toBe('berlin');
    expect(matching({ ...scope(by('1'), by('2'), context(false, 'gold', '12')), base: '12' })).toBe('zip');
    expect(matching(scope(by('1'), by('2'), context(false, 'gold', '12')))).toBe('rest');
  });

  it('that fail on a blank or an absent candidate do not hold', () => {
    expect(matching(scope(null, by(null), context(null, 'x', '1')))).toBe('rest');
  });

  it('are compiled with their times, and their reads become dependants', () => {
    expect(rules.map(({ id, take, skewMs, merge }) => [id, take, skewMs, merge])).toEqual([
      ['verified', 'B', 0, null],
      ['person', 'A', 0, null],
      ['berlin', 'newest', 120_000, null],
      ['zip', 'merge', 0, 'text'],
      ['rest', 'review', 0, null],
    ]);
    expect(Object.fromEntries(plan.dependants)).toEqual({
      verified: ['phone'],
      plan: ['phone'],
      address: ['phone'],
    });
    expect(unit(plan, 'verified')).toMatchObject({ contextOnly: true, policy: review });
    expect(unit(plan, 'verified').get('A', 'x')).toBeNull();
    expect(unit(plan, 'verified').get('B', 'true')).toBe(true);
  });

  it.each([
    ['record.nope.a == 1', /there is no field nope/],
    ['record.plan == 1', /must be followed by the side/],
    ['a.vlaue == 1', /a\.vlaue does not exist/],
    ['record == null', /must be followed by a field/],
    ['"text"', /true or false, this is string/],
    ['a.value ==', /Unexpected token/],
  ])('%s is refused', (when, message) => {
    const rule = { strategy: 'rules', rules: [{ id: 'r', when, take: 'a' }] } as const;
    expect(() => compiled({ plan: { a: 'p', b: 'p', policy: rule } })).toThrow(message);
  });

  it('that have expired are left out', () => {
    const expiring = spec({
      f: {
        a: 'f',
        b: 'f',
        policy: {
          strategy: 'rules',
          rules: [
            { id: 'old', take: 'a', expiresAt: '2026-01-01T00:00:00Z' },
            { id: 'rest', take: 'review' },
          ],
        },
      },
    });
    const ids = (now: number | null) => {
      const { policy: of } = unit(compile(expiring, nothing, sides, 1, now), 'f');
      return of.strategy === 'rules' ? of.rules.map((rule) => rule.id) : [];
    };
    const expiry = Date.parse('2026-01-01T00:00:00Z');
    expect(ids(null)).toEqual(['old', 'rest']);
    expect(ids(expiry - 1)).toEqual(['old', 'rest']);
    expect(ids(expiry)).toEqual(['rest']);
    expect(nextRuleExpiry(expiring, expiry - 1)).toBe(expiry);
    expect(nextRuleExpiry(expiring, expiry)).toBeNull();
  });
});
