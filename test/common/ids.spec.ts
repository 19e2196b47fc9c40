import { describe, expect, it } from '@jest/globals';
import { uuidv7 } from '../../src/common/ids.js';

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('uuidv7', () => {
  it('has the version and variant of RFC 9562', () => {
    expect(uuidv7()).toMatch(shape);
  });

  it('ascends strictly within one millisecond, past the end of its counter', () => {
    const at = Date.now() + 60_000;
    const ids = Array.from({ length: 10_000 }, () => uuidv7(at));
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids.every((id) => shape.test(id))).toBe(true);
  });

  it('ascends when the wall clock steps back', () => {
    const before = uuidv7(Date.now() + 120_000);
    expect(uuidv7(Date.now() - 5_000) > before).toBe(true);
  });
});
