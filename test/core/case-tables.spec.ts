import { describe, expect, it } from '@jest/globals';
import { Play } from '../support/core/play.js';
import { TABLES } from './cases/tables.js';

describe.each(TABLES)('$title', ({ rows }) => {
  const cases = rows.flatMap((row) =>
    row.policies.map((policy) => ({ row, policy, says: `${row.id}: ${row.says}` })),
  );

  it.each(cases)('$says ($policy)', ({ row, policy }) => {
    expect(new Play(row, policy).outcome()).toEqual(row.then);
  });
});
