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

  it('includes the name of a record where the field that it comes from is, or where that may be', () => {
    const spec = { fields: { email: { pii: true }, company: {}, street: { pii: true } } };
    const titles = ['company', 'email', 'retired', null, undefined].map(
      (named) => personalData(spec, named).title,
    );
    expect(titles).toEqual([false, true, true, false, true]);
    expect(personalData({ fields: { name: {} } }).title).toBe(false);
    expect(personalData(null, 'name').title).toBe(true);
  });

  it('includes what other fields left behind: messages, and names that were taken then', () => {
    const now = (pii: boolean, hadMore: boolean) => {
      const { any, title, titlesUpTo } = personalData({ fields: { name: {}, email: { pii } } }, 'name', {
        hadMore,
        otherUpTo: 3,
      });
      return { any, title, titlesUpTo };
    };
    expect(now(false, false)).toEqual({ any: false, title: false, titlesUpTo: 0 });
    expect(now(true, false)).toEqual({ any: true, title: false, titlesUpTo: 3 });
    expect(now(false, true)).toEqual({ any: true, title: false, titlesUpTo: 3 });
  });

  it('does not hide questions which records are the same where no field is', () => {
    expect(personalData({ fields: { name: {} } }).plain).toEqual(['$life', '$match', 'name']);
  });
});
