import { describe, expect, it } from '@jest/globals';
import { ALL_ON } from '../../src/simulate/hub/switches.js';
import { MUTANTS, mutantTable, runMutant, UNNOTICED } from '../../src/simulate/mutants.js';

describe('a hub without one of its protections', () => {
  it('is noticed by the judge, whichever it is', () => {
    const results = MUTANTS.map((mutant) => runMutant(mutant, 1));
    process.stdout.write(`${mutantTable(results)}\n`);
    const unnoticed = results.filter(({ caught }) => caught === 0).map(({ without }) => without);
    expect(unnoticed).toEqual([]);
  }, 300_000);

  it('every protection is in the table, or in the list of those of which nothing shows', () => {
    const named = [...MUTANTS.map(({ without }) => without), ...Object.keys(UNNOTICED)].sort();
    expect(named).toEqual(Object.keys(ALL_ON).sort());
  });
});
