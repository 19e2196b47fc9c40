import { describe, expect, it } from '@jest/globals';
import { ALL_ON } from '../../src/simulate/hub/switches.js';
import { MUTANTS, mutantTable, runMutant, runUnharmed } from '../../src/simulate/mutants.js';

/** In fewer runs than this a protection is noticed by luck. */
const SURELY = 10;

describe('a hub without one of its protections', () => {
  it('is noticed by the judge, whichever it is, and not by luck', () => {
    const results = MUTANTS.map((mutant) => runMutant(mutant, 1));
    process.stdout.write(`${mutantTable(results)}\n`);
    const thin = results.filter(({ failing }) => failing.length < SURELY).map(({ without }) => without);
    expect(thin).toEqual([]);
  }, 300_000);

  it('is what is noticed: the same histories with all protections keep all promises', () => {
    const results = MUTANTS.map((mutant) => runUnharmed(mutant, 1, 25));
    expect(results.filter(({ failing }) => failing.length > 0)).toEqual([]);
  }, 120_000);

  it('every protection is tried', () => {
    expect(MUTANTS.map(({ without }) => without).sort()).toEqual(Object.keys(ALL_ON).sort());
  });
});
