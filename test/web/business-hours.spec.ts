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
});
