import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../../src/connectors/connector.js';
import { batchId, committed, createSide, drain, type Side } from './side.js';

/** Column type, a raw as PostgreSQL writes it, another one, and (where it is not stored as sent) what is sent and what then stands. */
const kept: [type: string, one: string, other: string, sent?: string, stands?: string][] = [
  ['smallint', '-32768', '7'],
  ['integer', '42', '43', '+44', '44'],
  ['bigint', '9007199254740993', '-1'],
  ['numeric', '1.50', '1.5'],
  ['numeric(10,2)', '1.50', '1.60', '1.005', '1.01'],
  ['real', '1.1', '-0', '1e3', '1000'],
  ['double precision', '0.1', 'NaN', '.5', '0.5'],
  ['boolean', 'true', 'false', 't', 'true'],
  ['text', '', 'Zoë "x" \\ {a,b} \u001f\u001e NULL'],
  ['varchar(5)', 'abcde', 'x', 'abc     ', 'abc  '],
  ['char(4)', 'ab', 'abcd', 'xy ', 'xy'],
  ['date', '2024-02-29', '0044-03-15 BC', '1 Feb 2024', '2024-02-01'],
  ['timestamp', '2024-01-01 12:00:00.000001', 'infinity', '2024-01-01T00:00:00', '2024-01-01 00:00:00'],
  ['timestamptz', '2024-01-01 12:00:00+00', '-infinity', '2024-01-01T00:00:00+02', '2023-12-31 22:00:00+00'],
  [
    'timestamptz(0)',
    '2024-01-01 12:00:00+00',
    '2025-01-01 12:00:00+00',
    '2024-01-01 12:00:00.6+00',
    '2024-01-01 12:00:01+00',
  ],
  ['time', '23:59:59.999999', '00:00:00'],
  ['interval', '1 year 2 mons 3 days 04:05:06', '-1 days', '24 hours', '24:00:00'],
  ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000'],
  ['mood', 'sad', 'happy'],
  ['text[]', '{a,"b c",NULL,"NULL","q\\"\\\\"}', '{}'],
  ['integer[]', '{1,2,3}', '{{1,2},{3,4}}'],
  ['mood[]', '{sad,happy}', '{}'],
  ['json', '{"b": 1,  "a":2}', '[1]'],
  ['jsonb', '{"a": 1.50, "b": null}', '[]', '{"b":null,"a":1.50}', '{"a": 1.50, "b": null}'],
  ['positive', '12', '13', '012', '12'],
  ['short_name', 'ab', 'cd'],
  ['bytea', '\\x00ff', '\\x', '\\xAB', '\\xab'],
  ['inet', '192.168.0.1/32', '10.0.0.0/8', '1.2.3.4', '1.2.3.4/32'],
  ['citext', 'Abc', 'abc'],
  ['ci_text', 'Abc', 'abc'],
];
const refused = ['money', 'xml', 'tsvector', 'int4range', 'point', 'pair', 'timetz', 'pair[]'];

describe('the types of columns', () => {
  let side: Side;
  let endpoint: Endpoint;
  const name = (i: number) => `c${i}`;
  beforeAll(async () => {
    side = await createSide(`
      create extension citext;
      create collation case_blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create type mood as enum ('sad', 'happy'); create domain positive as integer check (value > 0);
      create domain short as varchar(4); create domain short_name as short not null; create type pair as (x int, y int);
      create table kept (id int primary key, ${kept.map(([type], i) => `${name(i)} ${type === 'ci_text' ? 'text collate case_blind' : type}`).join(', ')});
      create table refused (id int primary key, ${refused.map((type, i) => `${name(i)} ${type}`).join(', ')});
    `);
    await side.sql(`do $$ begin execute format('alter database %I set datestyle = ''German''', current_database());
      execute format('alter database %I set intervalstyle = ''iso_8601''', current_database());
      execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database());
      execute format('alter database %I set extra_float_digits = -3', current_database());
      execute format('alter database %I set bytea_output = ''escape''', current_database()); end $$`);
    endpoint = await side.open({ object: 'kept', columns: kept.map((_, i) => name(i)) });
    await endpoint.install();
  });
  afterAll(() => side.close());

  const row = (which: 1 | 2) => Object.fromEntries(kept.map((each, i) => [name(i), each[which]]));

  it('come back exactly as they were written, from a read and from the log', async () => {
    committed(
      await endpoint.write({
        id: batchId(),
        items: [
          { op: 'create', id: '1', set: row(1) },
          { op: 'create', id: '2', set: row(2) },
        ],
      }),
    );
    const { states } = await endpoint.fetch(['1', '2']);
    expect(states.map(({ values }) => values)).toEqual([row(1), row(2)]);

    // Another session, with settings of its own, moves the values about.
    const start = await endpoint.now();
    await side.user
      .query(`set datestyle = 'SQL, DMY'; insert into kept select 3, ${kept.map((_, i) => name(i)).join(', ')} from kept where id = 1;
      update kept set ${kept.map((_, i) => `${name(i)} = other.${name(i)}`).join(', ')} from kept other where kept.id = 3 and other.id = 2;
      delete from kept where id = 3`);
    const { entries } = await drain(endpoint, start);
    expect(entries.map(({ op, before, after }) => ({ op, before, after }))).toEqual([
      { op: 'insert', before: null, after: row(1) },
      { op: 'update', before: row(1), after: row(2) },
      { op: 'delete', before: row(2), after: null },
    ]);
  });

  it.each(kept.map(([type, one, other], i) => ({ type, one, other, i })))(
    '$type: an edit of its text alone makes the expectation miss',
    async ({ one, other, i }) => {
      const id = String(100 + i);
      committed(
        await endpoint.write({
          id: batchId(),
          items: [{ op: 'create', id, set: { ...row(1), [name(i)]: other } }],
        }),
      );
      const write = (expected: string, value: string) =>
        endpoint.write({
          id: batchId(),
          items: [{ op: 'update', id, set: { [name(i)]: value }, expect: { [name(i)]: expected } }],
        });
      expect(committed(await write(one, one)).exceptions).toMatchObject([
        { index: 0, kind: 'missed', current: { [name(i)]: other } },
      ]);
      expect(committed(await write(other, one)).exceptions).toEqual([]);
      expect((await endpoint.fetch([id])).states[0]?.values[name(i)]).toBe(one);
    },
  );

  it.each(
    kept.flatMap(([type, one, , sent, stands], i) =>
      sent === undefined ? [] : [{ type, one, sent, stands, i }],
    ),
  )('$type: what stands is told where it is not what was sent ($sent)', async ({ one, sent, stands, i }) => {
    const update = { op: 'update' as const, id: '1', set: { [name(i)]: sent }, expect: { [name(i)]: one } };
    expect(committed(await endpoint.write({ id: batchId(), items: [update] })).exceptions).toEqual([
      { index: 0, kind: 'normalised', after: { [name(i)]: stands }, also: {} },
    ]);
    const create = { op: 'create' as const, id: String(200 + i), set: { ...row(1), [name(i)]: sent } };
    expect(committed(await endpoint.write({ id: batchId(), items: [create] })).exceptions).toMatchObject([
      { index: 0, kind: 'normalised', after: { [name(i)]: stands }, also: {} },
    ]);
    expect((await endpoint.fetch(['1'])).states[0]?.values[name(i)]).toBe(stands);
  });

  it('reads and expects blanks', async () => {
    await side.sql(`insert into kept (id, c20, c25) values (500, null, 'ab')`);
    const blank = (await endpoint.fetch(['500'])).states[0]?.values ?? {};
    expect(Object.values(blank).filter((value) => value !== null)).toEqual(['ab']);
    const { c25, ...rest } = blank;
    const set = Object.fromEntries(Object.keys(rest).map((key) => [key, row(1)[key] ?? null]));
    expect(
      committed(
        await endpoint.write({
          id: batchId(),
          items: [{ op: 'update', id: '500', set, expect: { ...rest, c25: c25 ?? null } }],
        }),
      ).exceptions,
    ).toEqual([]);
    expect((await endpoint.fetch(['500'])).states[0]?.values).toEqual({ ...row(1), c25: 'ab' });
  });

  it.each(refused.map((type, i) => ({ type, i })))('$type is refused by name', async ({ type, i }) => {
    await expect(side.open({ object: 'refused', columns: [name(i)] })).rejects.toMatchObject({
      code: 'field-unsupported',
      message: expect.stringMatching(
        new RegExp(
          `refused\\.${name(i)} has the type ${type === 'timetz' ? 'time with time zone' : type.replace('[]', '')}`,
        ),
      ),
    });
  });

  it('are described for those who map them', () => {
    const field = (column: string) => endpoint.schema.fields.find((each) => each.name === column);
    expect(field('c9')).toMatchObject({ nativeType: 'character varying(5)', type: 'text', maxLength: 5 });
    expect(field('c18')).toMatchObject({ type: 'enum', options: ['sad', 'happy'] });
    expect(field('c24')).toMatchObject({ nativeType: 'positive', type: 'integer' });
    expect(field('id')).toMatchObject({ required: true, unique: true, type: 'integer' });
    expect(field('c19')).toMatchObject({ type: 'list' });
  });
});
