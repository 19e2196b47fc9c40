import { describe, expect, it } from '@jest/globals';
import { LoadedOnce } from '../../src/common/loaded-once.js';

describe('what is loaded once', () => {
  it('is loaded for the first who asks, and for nobody before', async () => {
    let loads = 0;
    const late = new LoadedOnce(() => Promise.resolve(++loads));
    expect([late.asked, loads]).toEqual([undefined, 0]);
    expect(await Promise.all([late.get(), late.get()])).toEqual([1, 1]);
    expect(await late.get()).toBe(1);
    expect(await late.asked).toBe(1);
  });

  it('is tried again after a failure, which everybody who waited is told', async () => {
    let loads = 0;
    const late = new LoadedOnce(() =>
      ++loads === 1 ? Promise.reject(new Error('no such file')) : Promise.resolve(loads),
    );
    const both = await Promise.allSettled([late.get(), late.get()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(late.asked).toBeUndefined();
    expect(await late.get()).toBe(2);
  });
});
