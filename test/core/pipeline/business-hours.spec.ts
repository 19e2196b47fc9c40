import { describe, expect, it } from '@jest/globals';
import {
  afterWorking,
  readBusinessHours,
  workingMs,
  type BusinessHours,
} from '../../../src/core/pipeline/business-hours.js';

const berlin = readBusinessHours('Mon-Fri 09:00-18:00 Europe/Berlin') as BusinessHours;

function due(from: string, length: string, hours: BusinessHours | null = berlin): string {
  return new Date(afterWorking(Date.parse(from), workingMs(length, hours), hours)).toISOString();
}

describe('hours that count', () => {
  it.each([
    ['within a day', '2026-11-02T09:00:00Z', '4h', '2026-11-02T13:00:00.000Z'],
    ['over the night', '2026-11-02T15:00:00Z', '4h', '2026-11-03T10:00:00.000Z'],
    ['over the weekend', '2026-11-06T16:30:00Z', '1h', '2026-11-09T08:30:00.000Z'],
    ['from outside of them', '2026-11-07T12:00:00Z', '30m', '2026-11-09T08:30:00.000Z'],
    [
      'to the end of a day, not to the next morning',
      '2026-11-02T15:00:00Z',
      '2h',
      '2026-11-02T17:00:00.000Z',
    ],
    ['a day is a working day', '2026-11-05T10:00:00Z', '2d', '2026-11-09T10:00:00.000Z'],
    [
      'by the clock on the wall, over a change of it',
      '2026-10-23T15:00:00Z',
      '2h',
      '2026-10-26T09:00:00.000Z',
    ],
  ])('%s', (_, from, length, expected) => {
    expect(due(from, length)).toBe(expected);
  });

  it('are all of them where none are named', () => {
    expect(due('2026-11-06T16:30:00Z', '2d', null)).toBe('2026-11-08T16:30:00.000Z');
  });

  it('are read with ranges that go over Sunday, and single days', () => {
    const read = readBusinessHours('Sat-Mon,Wed 08:00-24:00 UTC') as BusinessHours;
    expect([[...read.days].sort(), read.from, read.to]).toEqual([[1, 3, 6, 7], 480, 1440]);
  });

  it.each([
    ['9-17', 'expected days, hours and a time zone'],
    ['Mon-Fra 09:00-17:00 UTC', 'not mon-fra'],
    ['Mon 17:00-09:00 UTC', 'the earlier first'],
    ['Mon 09:00-24:30 UTC', 'the earlier first'],
    ['Mon 09:00-17:00 Europe/Atlantis', 'not Europe/Atlantis'],
  ])('%s: is said to be wrong', (text, words) => {
    expect(readBusinessHours(text)).toContain(words);
  });
});
