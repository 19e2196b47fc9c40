import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Endpoint, WriteBatch, WriteItem } from '../../../src/connectors/connector.js';
import { batchId, committed, createSide, drain, type Side } from './side.js';

describe('writing to MariaDB', () => {
  let side: Side;
  let endpoint: Endpoint;
  beforeAll(async () => {
    side = await createSide(`
      create table country (code varchar(10) collate utf8mb4_general_ci primary key, name varchar(40)); insert into country values ('DE', 'Germany'), ('ch', 'Swiss');
      create table company (id int primary key auto_increment, name varchar(20) not null, vat varchar(20) unique, country varchar(10) collate utf8mb4_general_ci, age int,
        mood enum('good', 'bad'), shout varchar(40) as (upper(name)) stored, touched int not null default 0,
        constraint age_known check (age < 200), foreign key (country) references country (code));
      create trigger touch before update on company for each row begin
        if new.name = 'trimmed  ' then set new.name = 'trimmed'; end if;
        if new.name = 'bad' then signal sqlstate '45000' set message_text = 'no bad names'; end if;
        set new.touched = old.touched + 1; end;
      insert into company (id, name, vat) select seq, 'old', concat('V', seq) from seq_1_to_60`);
    endpoint = await side.open({
      object: 'company',
      columns: ['name', 'vat', 'country', 'age', 'mood', 'shout', 'touched'],
    });
    await endpoint.install();
  });
  afterAll(() => side.close());

  const write = async (...items: WriteItem[]) => committed(await endpoint.write({ id: batchId(), items }));
  const update = (
    id: string,
    set: Record<string, string | null>,
    expected: Record<string, string | null> = {},
  ): WriteItem => ({
    op: 'update',
    id,
    set,
    expect: expected,
  });

  it('finds what is refused item by item, with the columns, and applies the rest', async () => {
    const { exceptions } = await write(
      update('1', { age: '41' }, { name: 'old' }),
      update('2', { name: 'far too long for the column' }),
      update('3', { age: '999' }),
      update('4', { age: '99999999999' }),
      update('5', { age: 'many' }),
      update('6', { mood: 'none of them' }),
      update('7', { vat: 'V1' }),
      update('8', { country: 'XX' }),
      update('9', { name: null }),
      update('10', { name: 'bad' }),
      update('11', { age: '42' }, { name: 'not this' }),
      { op: 'delete', id: '12', expect: { name: 'old' } },
      { op: 'create', id: '14', set: { name: 'again' } },
      { op: 'create', id: '900', set: { name: 'new', vat: 'V13' } },
      { op: 'create', id: '901', set: { age: '3' } },
      { op: 'create', id: 'x', set: { name: 'no number' } },
      update('no number', { age: '1' }),
      update('13', { age: '43' }),
    ).then((receipt) => ({ exceptions: receipt.exceptions.filter(({ kind }) => kind !== 'normalised') }));
    expect(exceptions).toMatchObject([
      { index: 1, kind: 'rejected', code: 'value-too-long', columns: ['name'] },
      { index: 2, kind: 'rejected', code: 'check-failed', columns: ['age'] },
      { index: 3, kind: 'rejected', code: 'value-out-of-range', columns: ['age'] },
      { index: 4, kind: 'rejected', code: 'value-invalid', columns: ['age'] },
      { index: 5, kind: 'rejected', code: 'value-invalid', columns: ['mood'] },
      { index: 6, kind: 'rejected', code: 'value-not-unique', columns: ['vat'] },
      { index: 7, kind: 'rejected', code: 'reference-missing', columns: ['country'] },
      { index: 8, kind: 'rejected', code: 'value-required', columns: ['name'] },
      { index: 9, kind: 'rejected', code: 'refused-by-trigger', detail: 'no bad names' },
      { index: 10, kind: 'missed', current: { name: 'old', age: null } },
      { index: 12, kind: 'duplicate' },
      { index: 13, kind: 'duplicate', detail: expect.stringContaining('vat') },
      { index: 14, kind: 'rejected', code: 'value-required', columns: ['name'] },
      { index: 15, kind: 'rejected', code: 'value-invalid', columns: ['id'] },
      { index: 16, kind: 'gone' },
    ]);
    const rows = await side.sql(
      `select id, name, age, vat from company where id in (1, 2, 3, 12, 13, 900) order by id`,
    );
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { id: '1', name: 'old', age: '41', vat: 'V1' },
      { id: '2', name: 'old', age: null, vat: 'V2' },
      { id: '3', name: 'old', age: null, vat: 'V3' },
      { id: '13', name: 'old', age: '43', vat: 'V13' },
    ]);
  });

  it('tells what triggers and computed columns made of a write, and that they moved other fields', async () => {
    const { exceptions } = await write(update('20', { name: 'trimmed  ' }), {
      op: 'create',
      id: '910',
      set: { name: 'made' },
    });
    const [{ shout } = {}] = await side.sql(`select shout from company where id = 20`);
    expect(exceptions).toEqual([
      { index: 0, kind: 'normalised', after: { name: 'trimmed' }, also: { shout, touched: '1' } },
      { index: 1, kind: 'normalised', after: { name: 'made' }, also: { shout: 'MADE', touched: '0' } },
    ]);
  });

  it('does without rows that somebody holds, and says how they stand', async () => {
    const holder = await side.user.getConnection();
    await holder.query(`begin; update company set age = 7 where id = 31`);
    const { exceptions } = await write(
      update('30', { age: '5' }),
      update('31', { age: '5' }),
      update('32', { age: '5' }),
    );
    await holder.query('commit');
    holder.release();
    expect(exceptions.filter(({ kind }) => kind !== 'normalised')).toMatchObject([
      { index: 1, kind: 'missed', current: { age: null } },
    ]);
    expect(
      (
        await side.sql(`select group_concat(age order by id) as ages from company where id in (30, 31, 32)`)
      )[0]?.ages,
    ).toBe('5,7,5');
  }, 20_000);

  it('is dead, to be sent again, when it lost a deadlock', async () => {
    const other = await side.user.getConnection();
    // Heavier than ours, so that ours is the one to go.
    await other.query(`begin; update company set age = 8 where id between 41 and 59`);
    const writing = endpoint.write({
      id: batchId(),
      items: [update('40', { age: '9' }), update('41', { age: '9' })],
    });
    for (;;) {
      const [row] = await side.sql(
        `select count(*) as n from information_schema.innodb_trx where trx_state = 'LOCK WAIT'`,
      );
      if (row?.n !== '0') break;
      // The view is not renewed while it is looked at more often than ten times a second.
      await delay(150);
    }
    await other.query(`update company set age = 8 where id = 40`);
    await other.query('commit');
    other.release();
    expect(await writing).toMatchObject({ status: 'dead', retryAfterMs: expect.any(Number) });
  }, 20_000);

  it('knows a key by the column: "DE" and "de" are one, an edit of its case alone is a change of the key', async () => {
    const countries = await side.open({ object: 'country', columns: ['name'], consumer: 'country/B' });
    await countries.install();
    const start = await countries.now();
    expect(
      (await countries.fetch(['de', 'CH', 'fr'])).states.map(({ id, values }) => [id, values.name]),
    ).toEqual([
      ['de', 'Germany'],
      ['CH', 'Swiss'],
    ]);
    const receipt = committed(
      await countries.write({
        id: batchId(),
        items: [
          { op: 'create', id: 'De', set: { name: 'twice' } },
          { op: 'update', id: 'Ch', set: { name: 'Switzerland' }, expect: { name: 'Swiss' } },
        ],
      }),
    );
    expect(receipt.exceptions).toMatchObject([{ index: 0, kind: 'duplicate' }]);
    await side.sql(`update country set code = 'CH' where code = 'ch'`);
    const { entries } = await drain(countries, start);
    expect(entries).toMatchObject([{ op: 'rekey', oldId: 'ch', id: 'CH', after: {} }]);
    const pages: string[][] = [];
    for await (const page of countries.snapshot({ columns: [], pageSize: 1 }))
      pages.push(page.map(({ id }) => id));
    expect(pages).toEqual([['CH'], ['DE']]);
    await countries.uninstall();
  });

  it('names records by several columns, and follows a changed key', async () => {
    await side.sql(`create table line (orders int, item varchar(20) collate utf8mb4_bin, day date, qty decimal(6,2), primary key (orders, item, day));
      insert into line values (1, 'a"b', '2024-01-01', 1), (1, 'ä', '2024-01-01', 2), (2, 'c', '2024-01-02', 3)`);
    const lines = await side.open({ object: 'line', columns: ['qty'], consumer: 'line/B' });
    await lines.install();
    const ids: string[] = [];
    for await (const page of lines.snapshot({ columns: ['qty'], pageSize: 1 }))
      ids.push(...page.map(({ id }) => id));
    expect(ids).toEqual(['["1","a\\"b","2024-01-01"]', '["1","ä","2024-01-01"]', '["2","c","2024-01-02"]']);
    const start = await lines.now();
    const item = { op: 'update' as const, id: ids[0] ?? '', set: { qty: '5.00' }, expect: { qty: '1.00' } };
    expect(committed(await lines.write({ id: batchId(), items: [item] })).exceptions).toEqual([]);
    await side.sql(`update line set item = 'd', qty = 4 where orders = 2`);
    const { entries } = await drain(lines, start);
    expect(entries).toMatchObject([
      {
        op: 'rekey',
        oldId: '["2","c","2024-01-02"]',
        id: '["2","d","2024-01-02"]',
        before: { qty: '3.00' },
        after: { qty: '4.00' },
      },
    ]);
    expect(
      (await lines.fetch([ids[0] ?? '', '["2"]', '[1,2,3]', 'x'])).states.map(({ values }) => values),
    ).toEqual([{ qty: '5.00' }]);
    await lines.uninstall();
  });

  it('sets numbers aside that nobody else is given, with and without a row that the table would take', async () => {
    await side.sql(`create table strict_one (id int primary key auto_increment, parent int not null, foreign key (parent) references strict_one (id), name varchar(9) not null);
      create trigger no_insert before insert on strict_one for each row if @allowed is null then signal sqlstate '45000' set message_text = 'by the application only'; end if;
      create table plain (id bigint unsigned primary key auto_increment, name varchar(9) not null, vat varchar(9) not null unique)`);
    for (const object of ['strict_one', 'plain']) {
      const one = await side.open({ object, columns: ['name'], capture: { mode: 'snapshot' } });
      const first = (await one.allocateIds(3)) ?? [];
      const second = (await one.allocateIds(2)) ?? [];
      expect(new Set([...first, ...second]).size).toBe(5);
      expect(Number(second[0])).toBeGreaterThan(Number(first[2]));
      const next = await side.sql(
        `select auto_increment as n, (select count(*) from ${object}) as kept from information_schema.tables where table_schema = database() and table_name = ?`,
        [object],
      );
      expect(Number(next[0]?.n)).toBeGreaterThan(Number(second[1]));
      expect(next[0]?.kept).toBe('0');
    }
    const keyed = await side.open({ object: 'country', columns: ['name'], capture: { mode: 'snapshot' } });
    expect(await keyed.allocateIds(1)).toBeNull();
  });

  it('settles exactly, whatever the moment at which its session is killed', async () => {
    await side.sql(`create table slow (id int primary key, name varchar(20)); insert into slow select seq, 'old' from seq_1_to_200;
      create trigger dawdle before update on slow for each row begin declare s int; select sleep(0.03 + rand() * 0.03) into s; end`);
    const slow = await side.open({ object: 'slow', columns: ['name'], consumer: 'slow/B' });
    await slow.install();
    const start = await slow.now();
    const seen = new Set<string>();
    // Killed at any moment of what a write takes here, and after it, until it was on either side of its commit.
    const begun = performance.now();
    await slow.write({
      id: batchId(),
      items: [{ op: 'update', id: '200', set: { name: 'new' }, expect: { name: 'old' } }],
    });
    const takes = performance.now() - begun;
    for (let record = 1; record <= 20 || (seen.size < 2 && record < 200); record++) {
      const batch: WriteBatch = {
        id: batchId(),
        items: [{ op: 'update', id: String(record), set: { name: 'new' }, expect: { name: 'old' } }],
      };
      const writing = slow.write(batch);
      await delay(Math.random() * takes * 1.5);
      for (const { id } of await side.sql(
        `select id from information_schema.processlist where db = database() and id <> connection_id() and info is not null and (info like 'update%slow%' or info like '%sleep%' or info like '%log_%' or info like 'commit%' or info like '%accord_own%')`,
      ))
        await side.sql(`kill ${String(id)}`).catch(() => undefined);
      const answer = await writing.catch((error: unknown) => {
        expect((error as { retryable?: boolean }).retryable).toBe(true);
        return { status: 'thrown' as const };
      });
      let settled = await slow.settle(batch.id);
      for (let again = 0; settled.status === 'unknown' && again < 10; again++)
        settled = await slow.settle(batch.id);
      seen.add(`${answer.status} → ${settled.status}`);
      const [row] = await side.sql(`select name from slow where id = ?`, [record]);
      expect(row?.name).toBe(settled.status === 'committed' ? 'new' : 'old');
      if (answer.status === 'committed') expect(settled).toEqual(answer);
      if (answer.status === 'dead') expect(settled.status).toBe('dead');
    }
    expect(seen.size).toBeGreaterThan(1);
    expect((await drain(slow, start)).entries).toEqual([]);
    await slow.uninstall();
  }, 60_000);

  it('is unknown while a copy is under way, dead once that is over, and then for ever', async () => {
    const id = batchId();
    const zombie = await side.user.getConnection();
    await zombie.query(
      `begin; insert into accord_${side.name}.applied (consumer, batch_id) values ('demo/B', ${id})`,
    );
    expect(await endpoint.settle(id)).toMatchObject({ status: 'unknown' });
    await zombie.query('rollback');
    zombie.release();
    expect(await endpoint.settle(id)).toMatchObject({ status: 'dead' });
    expect(await endpoint.write({ id, items: [update('50', { age: '1' })] })).toMatchObject({
      status: 'dead',
    });
    expect((await side.sql(`select age from company where id = 50`))[0]?.age).not.toBe('1');
  }, 20_000);
});
