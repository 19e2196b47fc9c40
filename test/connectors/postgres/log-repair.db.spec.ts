import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../../src/connectors/connector.js';
import { createSide, drain, type Side } from './side.js';

describe('a capture trigger that was disabled for a while', () => {
  let side: Side;
  let one: Endpoint;
  let two: Endpoint;
  beforeEach(async () => {
    side = await createSide(
      `create table person (id int primary key, name text); insert into person values (1, 'Ann');`,
    );
    const options = { object: 'person', columns: ['name'] };
    one = await side.open({ ...options, consumer: 'one/A' });
    two = await side.open({ ...options, consumer: 'two/A' });
    await one.install();
    await two.install();
  });
  afterEach(() => side.close());

  const disable = async (): Promise<void> => {
    const triggers = await side.sql(
      `select tgname from pg_trigger where tgrelid = 'person'::regclass and not tgisinternal`,
    );
    for (const { tgname } of triggers)
      await side.sql(`alter table person disable trigger "${String(tgname)}"`);
  };

  it('is a gap for everyone who reads the log, not only for who finds it first', async () => {
    const [mine, theirs] = [await one.now(), await two.now()];
    await disable();
    await side.sql(`update person set name = 'Bob'`);
    expect((await drain(one, mine)).gaps).toEqual(['schema-changed']);
    const found = await drain(two, theirs);
    expect(found.gaps).toHaveLength(1);
    expect(await two.hasNews(theirs)).toBe(true);
    await side.sql(`update person set name = 'Cid'`);
    expect(await drain(two, found.cursor)).toMatchObject({ gaps: [], entries: [{ after: { name: 'Cid' } }] });
  });

  it('is a gap still for who had found it and died before storing that', async () => {
    const cursor = await one.now();
    await disable();
    await side.sql(`update person set name = 'Bob'`);
    await drain(one, cursor);
    const again = await drain(one, cursor);
    expect(again.gaps).toHaveLength(1);
    expect((await drain(one, again.cursor)).gaps).toEqual([]);
  });

  it('is no gap when only the definition of the trigger changes', async () => {
    const cursor = await one.now();
    const three = await side.open({ object: 'person', columns: ['id', 'name'], consumer: 'three/A' });
    await three.install();
    await side.sql(`update person set name = 'Bob'`);
    expect(await drain(one, cursor)).toMatchObject({ gaps: [], entries: [{ after: { name: 'Bob' } }] });
  });
});
