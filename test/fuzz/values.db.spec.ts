import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { canonise, decode, encode } from '../../src/core/canon/codec.js';
import { CanonError } from '../../src/core/errors.js';
import type { Canon, FieldType } from '../../src/core/value.js';
import { pinnedSettings } from '../../src/connectors/postgres/column-type.js';
import { runs } from '../support/fuzz/runs.js';
import { canonOf } from '../support/fuzz/typed.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Canonical type → a column type that holds all of it, and the refusals of PostgreSQL that are right. */
const COLUMNS: Readonly<Partial<Record<FieldType, readonly [column: string, refused?: RegExp]>>> = {
  text: ['text'],
  integer: ['numeric'],
  decimal: ['numeric', /^22003/],
  float: ['double precision'],
  boolean: ['boolean'],
  date: ['date'],
  datetime: ['timestamptz'],
  localdatetime: ['timestamp'],
  uuid: ['uuid'],
  bytes: ['bytea'],
  set: ['text[]'],
  // Inner lists of different lengths, or lists beside texts, are no array.
  list: ['text[]', /^22P02/],
  json: ['jsonb'],
};

describe('PostgreSQL', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    for (const [name, value] of Object.entries(pinnedSettings))
      await client.query(`set ${name} = '${value}'`);
    await client.query(`create function pg_temp.shown(of text, value text) returns text language plpgsql as $$
      declare result text; begin execute format('select ($1::%s)::text', of) into result using value; return result;
      exception when others then return 'refused ' || sqlstate || ' ' || sqlerrm; end $$`);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const { numRuns, seed } = runs(150);
  it.each(Object.entries(COLUMNS))(
    'reads every %s that is written as the same value',
    async (name, [column, refused]) => {
      const type = name as FieldType;
      const values = fc
        .sample(canonOf(type), { numRuns, ...(seed !== undefined && { seed }) })
        .filter((canon) => isStorable(type, canon));
      expect(values.length).toBeGreaterThan(numRuns / 10);
      const { rows } = await client.query<{ raw: string; shown: string }>(
        'select raw, pg_temp.shown($1, raw) as shown from unnest($2::text[]) raw',
        [column, values.map((canon) => encode(type, canon))],
      );
      rows.forEach(({ raw, shown }, i) => {
        const code = /^refused (.*)/s.exec(shown)?.[1];
        if (code !== undefined && type !== 'text')
          expect([raw, code]).toEqual([raw, expect.stringMatching(refused ?? /^never$/)]);
        else expect([raw, decode(type, shown, 'f')]).toEqual([raw, values[i]]);
      });
    },
  );
});

function isStorable(type: FieldType, canon: Canon): boolean {
  if (canon === null) return false;
  try {
    canonise(type, encode(type, canon), 'f');
    return true;
  } catch (error) {
    if (error instanceof CanonError) return false;
    throw error;
  }
}
