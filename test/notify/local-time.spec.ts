import { describe, expect, it } from '@jest/globals';
import { isDailyDue, isQuiet } from '../../src/notify/local-time.js';

const at = (iso: string): number => Date.parse(iso);

describe('quiet hours', () => {
  const night = { from: '20:00', to: '07:00' };

  it('go over midnight, and are those of the reader’s zone, in summer and winter', () => {
    expect(isQuiet(at('2026-01-15T19:30:00Z'), 'Europe/Berlin', night)).toBe(true);
    expect(isQuiet(at('2026-07-15T18:30:00Z'), 'Europe/Berlin', night)).toBe(true);
    expect(isQuiet(at('2026-01-15T18:30:00Z'), 'Europe/Berlin', night)).toBe(false);
    expect(isQuiet(at('2026-01-15T05:59:00Z'), 'Europe/Berlin', night)).toBe(true);
    expect(isQuiet(at('2026-01-15T06:00:00Z'), 'Europe/Berlin', night)).toBe(false);
  });

  it('may lie within a day, and are none where they begin when they end', () => {
    const noon = { from: '12:00', to: '13:00' };
    expect(isQuiet(at('2026-01-15T12:00:00Z'), 'UTC', noon)).toBe(true);
    expect(isQuiet(at('2026-01-15T13:00:00Z'), 'UTC', noon)).toBe(false);
    expect(isQuiet(at('2026-01-15T12:00:00Z'), 'UTC', { from: '12:00', to: '12:00' })).toBe(false);
  });
});

describe('the daily digest', () => {
  it('is due once a day from its hour on, there where the reader is', () => {
    const last = at('2026-01-14T23:00:00Z');
    expect(isDailyDue(at('2026-01-15T07:30:00Z'), 'Europe/Berlin', '08:00', last)).toBe(false);
    expect(isDailyDue(at('2026-01-15T22:30:00Z'), 'Asia/Tokyo', '07:00', last)).toBe(true);
    expect(isDailyDue(at('2026-01-16T07:00:00Z'), 'Europe/Berlin', '08:00', at('2026-01-15T07:00:00Z'))).toBe(
      true,
    );
    expect(isDailyDue(at('2026-01-15T09:00:00Z'), 'Europe/Berlin', '08:00', at('2026-01-15T07:00:00Z'))).toBe(
      false,
    );
  });
});
