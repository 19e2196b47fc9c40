import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { Conflict } from '../../src/database/entities/conflict.js';
import { Lineage } from '../../src/database/entities/lineage.js';
import { Link } from '../../src/database/entities/link.js';
import { Pipeline, SideState } from '../../src/database/entities/pipeline.js';
import { mikroOrmConfig } from '../../src/database/mikro-orm-config.js';
import { uuidv7 } from '../../src/common/ids.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';

describe('the schema', () => {
  let database: TestDatabase;
  let orm: MikroORM;
  beforeAll(async () => {
    database = await migratedDatabase();
    orm = await MikroORM.init(mikroOrmConfig(database.url));
  });
  afterAll(async () => {
    await orm.close();
    await database.drop();
  });

  const differences = async (): Promise<string> =>
    (await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim();

  it('that the migrations make is the one that the entities describe', async () => {
    expect(await differences()).toBe('');
  });

  it.each([
    ['a column', 'alter table conflict add extra text'],
    ['a check', 'alter table pipeline drop constraint pipeline_state_check'],
    ['an index', 'drop index conflict_queue'],
    ['a foreign key', 'alter table decision drop constraint decision_conflict_id_fkey'],
  ])('is found to differ when %s does', async (_, change) => {
    await orm.em.execute(change);
    expect(await differences()).not.toBe('');
    await orm.schema.update();
    expect(await differences()).toBe('');
  });

  it('stores and finds what the entities hold, ids as numbers and JSON as data', async () => {
    const em = orm.em.fork();
    const pipeline = em.create(Pipeline, { name: 'companies', state: 'running' });
    await em.persist(pipeline).flush();
    em.create(SideState, {
      pipelineId: pipeline.id,
      side: 'A',
      label: 'CRM',
      connector: 'postgres',
      object: 'public.companies',
      cursor: { v: 1, seq: '12' },
    });
    const link = em.create(Link, { pipelineId: pipeline.id, state: 'live', aId: '1', bId: '["x","y"]' });
    await em.flush();
    em.create(Lineage, {
      linkId: link.id,
      pipelineId: pipeline.id,
      kind: 'observed',
      side: 'A',
      revision: 1,
      units: { name: { o: null, v: 'Ärzte & Söhne', d: 'A3', c: '2.1' } },
    });
    const conflict = em.create(Conflict, {
      id: uuidv7(),
      pipelineId: pipeline.id,
      linkId: link.id,
      unit: 'name',
      key: 'A3,B2',
      state: 'open',
      kind: 'value',
      reason: 'Both sides changed it',
      title: 'Ärzte & Söhne',
      candidates: [{ key: 'a', value: null }],
      policy: { strategy: 'review' },
      revision: 1,
    });
    await em.flush();

    const fresh = orm.em.fork();
    expect(await fresh.findOneOrFail(Link, { aId: '1' })).toMatchObject({
      id: link.id,
      bId: '["x","y"]',
      epoch: 1,
    });
    expect(link.id).toEqual(expect.any(Number));
    expect(await fresh.findOneOrFail(Lineage, { linkId: link.id })).toMatchObject({
      id: 1,
      units: { name: { o: null, v: 'Ärzte & Söhne' } },
      recordedAt: expect.any(Date),
    });
    expect(await fresh.findOneOrFail(Conflict, conflict.id)).toMatchObject({
      state: 'open',
      base: null,
      priority: 2,
    });
    expect(await fresh.findOneOrFail(SideState, { pipelineId: pipeline.id, side: 'A' })).toMatchObject({
      cursor: { v: 1, seq: '12' },
    });
  });
});
