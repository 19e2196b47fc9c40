import { describe, it } from '@jest/globals';
import { about } from '../../src/simulate/mix.js';
import { expectKept } from '../support/simulate/expect-kept.js';

describe('a history in which something is set back to a backup', () => {
  it('loses nothing in silence, whether it is one of the sides or the database of Accord, in 600 histories', () => {
    expectKept(1, 600, { tune: about('restores') });
  }, 120_000);
});
