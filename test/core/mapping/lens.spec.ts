import { describe, expect, it } from '@jest/globals';
import { CanonError } from '../../../src/core/errors.js';
import { fieldLens } from '../../../src/core/mapping/lens.js';

const through = (read: string | null, write: string | null) =>
  fieldLens('f', 'text', { column: 'f', facts: undefined, read, write });

describe('a lens that remembers', () => {
  const numbers = Array.from({ length: 3_000 }, (_, i) => `030 ${String(1_000_000 + (i % 1_200))}`);

  it('answers every value as if it were new, however many there were in between', () => {
    const lens = through('phone.toE164(value, "DE")', 'phone.format(value, "national")');
    for (const raw of numbers) {
      const value = lens.get(raw);
      expect(value).toBe(`+49${raw.slice(1).replace(' ', '')}`);
      expect(lens.put(value, undefined)).toBe(raw.replace(/(\d{4})(\d{3})$/, '$1$2'));
    }
  });

  it('refuses what it refused before, by name', () => {
    const lens = through('date.parse(value, "dd.MM.yyyy")', null);
    for (let i = 0; i < 3; i++) {
      expect(lens.get('29.02.2024')).toBe('2024-02-29');
      expect(() => lens.get('30.02.2024')).toThrow(CanonError);
      expect(lens.get(null)).toBeNull();
    }
  });

  it('looks at what stands there each time, where the expression does', () => {
    const { put } = through(null, 'before == "keep" ? before : date.format(value, "d MMM yyyy")');
    expect(put('2024-02-29', 'x')).toBe('29 Feb 2024');
    expect(put('2024-02-29', 'keep')).toBe('keep');
    expect(put('2024-02-29', 'x')).toBe('29 Feb 2024');
  });
});
