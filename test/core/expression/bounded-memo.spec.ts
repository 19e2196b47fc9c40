import { describe, expect, it } from '@jest/globals';
import { BoundedMemo } from '../../../src/core/expression/bounded-memo.js';

describe('a bounded memo', () => {
  it('gives back what was put in, or nothing', () => {
    const memo = new BoundedMemo<string>(2);
    expect(memo.get('a')).toBeUndefined();
    expect(memo.set('a', 'A')).toBe('A');
    expect(memo.get('a')).toBe('A');
    expect(memo.get('__proto__')).toBeUndefined();
  });

  it('keeps what is asked for again and drops the rest', () => {
    const memo = new BoundedMemo<number>(2);
    memo.set('often', 0);
    for (let i = 1; i <= 100; i++) {
      memo.set(`once ${String(i)}`, i);
      expect(memo.get('often')).toBe(0);
    }
    const left = Array.from({ length: 100 }, (_, i) => memo.get(`once ${String(i + 1)}`)).filter(
      (found) => found !== undefined,
    );
    expect(left.length).toBeLessThanOrEqual(4);
  });
});
