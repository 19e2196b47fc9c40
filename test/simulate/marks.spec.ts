import { describe, it } from '@jest/globals';
import { about } from '../../src/simulate/mix.js';
import { expectKept } from '../support/simulate/expect-kept.js';

describe('a record that is deleted by a mark on one side or both', () => {
  it('is deleted, asked about and brought back as people say, and loses nothing, in 300 histories', () => {
    expectKept(1, 300, { tune: about('marks') });
  }, 120_000);
});
