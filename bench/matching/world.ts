import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import { withClient } from '../sync/databases.js';
import { Random } from '../sync/random.js';
import { record, type Dirt, type Row } from './dirt.js';
import { makeEntities, type Entity } from './entities.js';

const TIDY: Dirt = { missing: 0.05, slip: 0.08, format: 0.2 };
const DIRTY: Dirt = { missing: 0.12, slip: 0.3, format: 0.5 };

/** Of all entities: on both sides, on one only. */
const SHARED = 0.8;
/** Records that a side has twice, in its own words each time. */
const TWICE = { a: 0.02, b: 0.04 };

export interface TruthRow {
  readonly entity: Entity;
  readonly row: Row;
}

/**
 * Two sides of about so many records each, made of the same world: after FEBRL's generator, with slips, swapped words, missing values,
 * formats, duplicates and families. The entity stands beside each record in a column that no pipeline reads.
 */
export function makeSides(records: number, seed: number): Readonly<Record<'a' | 'b', readonly TruthRow[]>> {
  const random = new Random(seed);
  const onOneSide = (1 - SHARED) / 2;
  const entities = makeEntities(Math.round(records / (SHARED + onOneSide)), random);
  const a: TruthRow[] = [];
  const b: TruthRow[] = [];
  for (const entity of entities) {
    const where = random.next();
    const times = (twice: number): number => (random.next() < twice ? 2 : 1);
    if (where < SHARED + onOneSide)
      for (let i = times(TWICE.a); i > 0; i--) a.push({ entity, row: record(entity, TIDY, random) });
    if (where < SHARED || where >= SHARED + onOneSide)
      for (let i = times(TWICE.b); i > 0; i--) b.push({ entity, row: record(entity, DIRTY, random) });
  }
  return { a: random.shuffle(a), b: random.shuffle(b) };
}

const columns = ['name', 'email', 'phone', 'street', 'city', 'postcode', 'birth'] as const;

export async function fillSide(url: string, rows: readonly TruthRow[]): Promise<void> {
  await withClient(url, async (client) => {
    const texts = columns.map((name) => `${name} ${name === 'birth' ? 'date' : 'text'}`).join(', ');
    await client.query(`create table party (id bigserial primary key, ${texts}, truth int not null)`);
    const stream = client.query(copyFrom(`copy party (${columns.join(', ')}, truth) from stdin`));
    for (const { entity, row } of rows) {
      const values = columns.map((name) => row[name]?.replace(/[\\\t\n\r]/g, ' ') ?? '\\N');
      if (!stream.write(`${[...values, entity.id].join('\t')}\n`)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'finish');
    await client.query('analyze party');
  });
}

/** The entity of each record, by id. */
export async function truthOf(url: string): Promise<ReadonlyMap<string, number>> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ id: string; truth: number }>('select id::text, truth from party');
    return new Map(rows.map(({ id, truth }) => [id, truth]));
  });
}
