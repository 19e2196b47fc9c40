import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decode } from '../../../src/core/canon/codec.js';
import { CanonError } from '../../../src/core/errors.js';
import type { Endpoint } from '../../../src/connectors/connector.js';
import { batchId, committed, createSide, drain, type Side } from './side.js';

/** Column type, a raw in the common form, another one, and (where it is not stored as sent) what is sent and what then stands. */
const kept: [type: string, one: string, other: string, sent?: string, stands?: string][] = [
  ['tinyint', '-128', '7'],
  ['int', '42', '43', '+44', '44'],
  ['int(8) unsigned zerofill', '42', '4294967295'],
  ['bigint', '9007199254740993', '-1'],
  ['bigint unsigned', '18446744073709551615', '0'],
  ['decimal(12,2)', '1.50', '1.60', '1.005', '1.01'],
  [
    'decimal(65,30)',
    '12345678901234567890123456789012345.000000000000000000000000000001',
    '0.100000000000000000000000000000',
  ],
  ['float', '1.1', '16777216'],
  ['float', '123456.79', '1e-05'],
  ['double', '0.1', '1.7976931348623157e+308', '.5', '0.5'],
  ['tinyint(1)', 'true', 'false', '1', 'true'],
  ['bit(1)', 'true', 'false'],
  ['bit(40)', '1099511627775', '0'],
  ['year', '2024', '0'],
  ['text', '', 'Zoë "x" \\ {a,b} \u001f 𝄞 NULL \r\n'],
  ['varchar(5)', 'abcde', 'x', 'abc     ', 'abc  '],
  ['varchar(20) collate utf8mb4_general_ci', 'Abc', 'ABC'],
  ['varchar(20) character set latin1', 'Zoë', 'zoe'],
  ['char(4)', 'ab', 'abcd', 'xy ', 'xy'],
  ['date', '2024-02-29', '0001-01-01'],
  ['datetime', '2024-01-01 12:00:00', '9999-12-31 23:59:59', '2024-01-01 12:00:00.6', '2024-01-01 12:00:00'],
  ['datetime(6)', '2024-01-01 12:00:00.000001', '2024-01-01 12:00:10'],
  [
    'timestamp(6) null',
    '2024-10-27 00:30:00.5+00',
    '2024-10-27 01:30:00.5+00',
    '2024-01-01 00:00:00+02',
    '2023-12-31 22:00:00+00',
  ],
  ['timestamp null', '1970-01-01 00:00:01+00', '2038-01-19 03:14:07+00'],
  ['time(6)', '23:59:59.999999', '00:00:00'],
  [`enum('sad', 'it''s', 'a,b')`, 'sad', `it's`],
  [`set('red', 'green', 'blue')`, '{blue,red}', '{}', '{red,blue}', '{blue,red}'],
  ['json', '{"b": 1,  "a":2}', '[1]'],
  ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000'],
  ['inet6', '::1', '2001:db8::1'],
  ['varbinary(10)', '\\x00ff', '\\x', '\\xAB', '\\xab'],
  ['blob', '\\x89504e47', '\\x0d0a'],
];
const refused = ['geometry', 'point', 'polygon'];

describe('the types of columns', () => {
  let side: Side;
  let endpoint: Endpoint;
  const name = (i: number) => `c${i}`;
  beforeAll(async () => {
    side = await createSide(`
      create table kept (id int primary key, ${kept.map(([type], i) => `${name(i)} ${type}`).join(', ')});
      create table refused (id int primary key, ${refused.map((type, i) => `${name(i)} ${type}`).join(', ')})`);
    endpoint = await side.open({ object: 'kept', columns: kept.map((_, i) => name(i)) });
    await endpoint.install();
  });
  afterAll(() => side.close());

  const row = (which: 1 | 2) => Object.fromEntries(kept.map((each, i) => [name(i), each[which]]));

  it('come back exactly as they were written, from a read and from the log, whatever the settings of the session', async () => {
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
    const columns = kept.map((_, i) => name(i));
    const session = await side.user.getConnection();
    await session.query(`set time_zone = '+05:30', sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES', names latin1, lc_time_names = 'de_DE', div_precision_increment = 1;
      insert into kept (id, ${columns.join(', ')}) select 3, ${columns.join(', ')} from kept where id = 1;
      update kept k join kept o on o.id = 2 set ${columns.map((column) => `k.${column} = o.${column}`).join(', ')} where k.id = 3;
      delete from kept where id = 3`);
    session.destroy();
    const { entries } = await drain(endpoint, start);
    expect(entries.map(({ op, before, after }) => ({ op, before, after }))).toEqual([
      { op: 'insert', before: null, after: row(1) },
      { op: 'update', before: row(1), after: row(2) },
      { op: 'delete', before: row(2), after: null },
    ]);
  });

  it('can be read by the core, each as its type', () => {
    for (const [i, [type, one, other]] of kept.entries()) {
      const field = endpoint.schema.fields.find((each) => each.name === name(i))?.type;
      if (field === null || field === undefined) throw new Error(`${type} has no field type`);
      for (const raw of [one, other]) expect(() => decode(field, raw, type)).not.toThrow();
    }
  });

  it('make an expectation miss when only their letters differ, and write what was expected', async () => {
    const items = kept.map(([, , other], i) => ({
      op: 'create' as const,
      id: String(100 + i),
      set: { ...row(1), [name(i)]: other },
    }));
    expect(committed(await endpoint.write({ id: batchId(), items })).exceptions).toEqual([]);
    const update = (which: 1 | 2) =>
      endpoint.write({
        id: batchId(),
        items: kept.map((each, i) => ({
          op: 'update' as const,
          id: String(100 + i),
          set: { [name(i)]: each[1] },
          expect: { [name(i)]: each[which] },
        })),
      });
    expect(committed(await update(1)).exceptions).toMatchObject(
      kept.map(([, , other], i) => ({ index: i, kind: 'missed', current: { [name(i)]: other } })),
    );
    expect(committed(await update(2)).exceptions).toEqual([]);
    const { states } = await endpoint.fetch(items.map(({ id }) => id));
    for (const { values } of states) expect(values).toEqual(row(1));
  });

  it('tell what stands where it is not what was sent', async () => {
    const odd = kept.flatMap(([type, , , sent, stands], i) =>
      sent === undefined ? [] : [{ type, sent, stands, column: name(i) }],
    );
    for (const { sent, stands, column } of odd) {
      const update = { op: 'update' as const, id: '1', set: { [column]: sent }, expect: {} };
      expect(committed(await endpoint.write({ id: batchId(), items: [update] })).exceptions).toEqual([
        { index: 0, kind: 'normalised', after: { [column]: stands }, also: {} },
      ]);
    }
    const create = {
      op: 'create' as const,
      id: '300',
      set: Object.fromEntries(odd.map(({ column, sent }) => [column, sent])),
    };
    expect(committed(await endpoint.write({ id: batchId(), items: [create] })).exceptions).toMatchObject([
      {
        index: 0,
        kind: 'normalised',
        after: Object.fromEntries(odd.map(({ column, stands }) => [column, stands])),
      },
    ]);
  });

  it('show what is no value of the type as it is, so that nobody takes it for one', async () => {
    await side.sql(`create table odd (id int primary key, d date, dt datetime, ts timestamp null, b tinyint(1), t text, h time, e enum('a'));
      set sql_mode = ''; insert into odd values (1, '0000-00-00', '2024-00-00 00:00:00', '0000-00-00 00:00:00', 2, 'a\\0b', '-30:00:00', 'none of them'); set sql_mode = default`);
    const odd = await side.open({ object: 'odd', columns: ['d', 'dt', 'ts', 'b', 't', 'h', 'e'] });
    const values = (await odd.fetch(['1'])).states[0]?.values ?? {};
    expect(values).toEqual({
      d: '0000-00-00',
      dt: '2024-00-00 00:00:00',
      ts: '0000-00-00 00:00:00+00',
      b: '2',
      t: { nul: 'a\u2400b' },
      h: '-30:00:00',
      e: '',
    });
    for (const field of odd.schema.fields.filter(({ name: column }) => !['id', 'e'].includes(column)))
      expect(() => decode(field.type ?? 'text', values[field.name], field.name)).toThrow(CanonError);
    // They may be replaced by a value, conditionally as any other.
    await odd.install();
    const set = { d: '2024-01-01', ts: '2024-01-01 00:00:00+00', b: 'true', t: 'ab' };
    const expecting = { d: '0000-00-00', ts: '0000-00-00 00:00:00+00', b: '2', t: values.t ?? null };
    const batch = { id: batchId(), items: [{ op: 'update' as const, id: '1', set, expect: expecting }] };
    expect(committed(await odd.write(batch)).exceptions).toEqual([]);
    expect((await odd.fetch(['1'])).states[0]?.values).toMatchObject(set);
    await odd.uninstall();
  });

  it.each(refused.map((type, i) => ({ type, i })))('$type is refused by name', async ({ type, i }) => {
    await expect(side.open({ object: 'refused', columns: [name(i)] })).rejects.toMatchObject({
      code: 'field-unsupported',
      message: expect.stringMatching(new RegExp(`refused\\.${name(i)} has the type ${type}`)),
    });
  });

  it('are described for those who map them', () => {
    const field = (type: string) =>
      endpoint.schema.fields.find((each) => each.name === name(kept.findIndex(([known]) => known === type)));
    expect(field('varchar(5)')).toMatchObject({ nativeType: 'varchar(5)', type: 'text', maxLength: 5 });
    expect(field('json')).toMatchObject({ nativeType: 'json', type: 'json' });
    expect(field(`enum('sad', 'it''s', 'a,b')`)).toMatchObject({
      type: 'enum',
      options: ['sad', "it's", 'a,b'],
    });
    expect(field('bigint unsigned')).toMatchObject({ type: 'integer', nativeType: 'bigint(20) unsigned' });
    expect(field('timestamp null')).toMatchObject({ type: 'datetime', required: false });
    expect(endpoint.schema.fields.find((each) => each.name === 'id')).toMatchObject({
      required: true,
      unique: true,
    });
  });
});
