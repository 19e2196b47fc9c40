import { describe, expect, it } from '@jest/globals';
import { recordTitle, titleUnit } from '../../src/core/title.js';
import { POLICIES } from '../support/core/policies.js';
import { recordPlan, unitPlan } from '../support/core/unit-plans.js';

function namedBy(...keys: readonly string[]): string | undefined {
  return titleUnit(recordPlan(keys.map((key) => unitPlan(key, POLICIES.review))))?.key;
}

describe('the name of a record', () => {
  it('comes from the field that tells most, wherever it stands', () => {
    expect(namedBy('city', 'subject', 'Name')).toBe('Name');
    expect(namedBy('email', 'first_name', 'last_name')).toBe('last_name');
    expect(namedBy('last_name', 'full_name')).toBe('full_name');
  });

  it('comes from the first text where no field is called like a name', () => {
    expect(namedBy('email', 'city')).toBe('email');
  });

  it('is an id where the field is blank, and no longer than 120 characters', () => {
    expect(recordTitle(' ', 'rec_7')).toBe('rec_7');
    expect(recordTitle(null, 'rec_7')).toBe('rec_7');
    expect(recordTitle('x'.repeat(121), 'rec_7')).toHaveLength(120);
  });
});
