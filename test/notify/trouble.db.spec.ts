import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { haltPipeline } from '../../src/database/sql/halt.js';
import { run } from '../../src/database/sql/statement.js';
import { atOnce, openHub, type Hub } from './hub.js';

describe('the mail about what waits for a person', () => {
  let hub: Hub;
  beforeAll(async () => {
    hub = await openHub();
  });
  beforeEach(async () => {
    await hub.empty();
    await hub.addPipeline('companies');
  });
  afterAll(() => hub.close());

  const trip = (kind: string, subject: string, state = 'open') =>
    hub.pools.general.query(
      `insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample, state)
       select gen_random_uuid(), id, 'A', $1, $2, 1200, 20, 4000, 1, $4, $3 from pipeline`,
      [kind, subject, state, JSON.stringify([{ before: 'a secret value' }])],
    );
  const halt = async (why: string) => {
    const { rows } = await hub.pools.general.query<{ id: number }>('select id from pipeline');
    await run(hub.pools.general, haltPipeline, [rows[0]?.id, why]);
  };

  it('tells of a guard once, with what happened, where it is held and where to answer, and no value', async () => {
    await trip('deletes', '');
    expect(await hub.teller().tell(atOnce)).toBe(1);
    expect(await hub.teller().tell(atOnce)).toBe(0);
    const [mail, ...rest] = await hub.outbox();
    expect(rest).toEqual([]);
    expect(mail?.subject).toBe('Pipeline companies: something was stopped');
    for (const part of [mail!.html, mail!.text]) {
      expect(part).toContain('1,200 records were deleted within a short time, more than the 20 that pass.');
      expect(part).toContain('held back from Support');
      expect(part).toContain('https://accord.example.com/pipelines/companies');
      expect(part).not.toContain('a secret value');
    }
    expect(mail?.headers.References).toBe('<pipeline.companies@accord.example.com>');
  });

  it('folds what came together into one mail, and tells nothing of what was answered before', async () => {
    await trip('blanking', 'phone');
    await trip('overwrite', 'nightly job');
    await trip('deletes', '', 'released');
    await halt('CRM was emptied.');
    expect(await hub.teller().tell(atOnce)).toBe(1);
    const [mail, ...rest] = await hub.outbox();
    expect(rest).toEqual([]);
    expect(mail?.text).toContain('phone was wiped in 1,200 records');
    expect(mail?.text).toContain('nightly job changed 1,200 records');
    expect(mail?.text).toContain('companies is halted\n  CRM was emptied.');
  });

  it('tells whoever ordered two records to be linked, and nobody else, that it could not be done', async () => {
    const grants = [{ role: 'engineer', pipeline: '*' }] as const;
    const author = await hub.addPerson('olga@example.com', grants);
    await hub.addPerson('otto@example.com', grants);
    await hub.pools.general.query(
      `insert into link_order_end (id, pipeline_id, a_id, b_id, by, person_id, state, why)
       select gen_random_uuid(), id, 'A-' || s, 'B-' || s, 'Olga', $1, s, 'one of the two is gone' from pipeline, unnest('{void,linked}'::text[]) as s`,
      [author],
    );
    expect(await hub.teller().tell(atOnce)).toBe(1);
    expect(await hub.teller().tell(atOnce)).toBe(0);
    const [mail, ...rest] = await hub.outbox();
    expect(rest).toEqual([]);
    expect(mail?.recipient).toBe('olga@example.com');
    expect(mail?.text).toContain('companies: two records were not linked');
    expect(mail?.text).toContain('A-void and B-void, as you had ordered: one of the two is gone.');
  });

  it('tells of every halt anew', async () => {
    await halt('once');
    expect(await hub.teller().tell(atOnce)).toBe(1);
    await hub.pools.general.query(`update pipeline set state = 'running'`);
    expect(await hub.teller().tell(atOnce)).toBe(0);
    await halt('again');
    expect(await hub.teller().tell(atOnce)).toBe(1);
  });
});
