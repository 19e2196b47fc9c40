import { describe, expect, it } from '@jest/globals';
import { personalData } from '../../../src/core/pipeline/personal-data.js';

describe('personal data of a pipeline', () => {
  const personal = personalData({
    fields: { name: {}, email: { pii: true }, street: { pii: true }, city: {}, height: {}, width: {} },
    groups: {
      address: { fields: ['street', 'city'], policy: { strategy: 'review' } },
      size: { fields: ['height', 'width'], policy: { strategy: 'review' } },
    },
  });

  it('is what fields say, what a member of a group says, and all that is not known', () => {
    const hidden = ['name', 'email', 'address', 'size', '$life', '$match', 'retired'].filter((unit) =>
      personal.hides(unit),
    );
    expect(hidden).toEqual(['email', 'address', '$match', 'retired']);
    expect(personalData(null).hides('name')).toBe(true);
  });

  it('includes the name of a record where what it may come from is', () => {
    expect(personal.title).toBe(false);
    expect(personalData({ fields: { name: { pii: true }, city: {} } }).title).toBe(true);
    expect(personalData({ fields: { email: { pii: true }, city: {} } }).title).toBe(true);
    expect(personalData(null).title).toBe(true);
  });
});
