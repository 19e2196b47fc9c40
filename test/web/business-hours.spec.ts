import { describe, expect, it } from '@jest/globals';
import { isWorkingTime } from '../../web/src/format/business-hours.js';

describe('hours of work on the card', () => {
  const at = (time: string) => isWorkingTime('Mon-Fri 09:00-18:00 Europe/Berlin', new Date(time));

  it('has due dates within them and just when they end, which is where the rule puts them', () => {
    expect(at('2026-11-24T08:00:00Z')).toBe(true);
    expect(at('2026-11-24T17:00:00Z')).toBe(true);
    expect(at('2026-11-24T17:01:00Z')).toBe(false);
    expect(at('2026-11-24T07:59:00Z')).toBe(false);
    expect(at('2026-11-22T10:00:00Z')).toBe(false);
  });

  it('end at midnight where they go to 24:00, also before a day without any', () => {
    const late = (time: string) => isWorkingTime('Mon-Fri 09:00-24:00 Europe/Berlin', new Date(time));
    expect(late('2026-11-24T23:00:00Z')).toBe(true);
    expect(late('2026-11-27T23:00:00Z')).toBe(true);
    expect(late('2026-11-27T23:01:00Z')).toBe(false);
    expect(late('2026-11-22T23:00:00Z')).toBe(false);
  });
});
