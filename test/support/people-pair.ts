import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MatchSpec, PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from './sync-pair.js';

type End = 'a' | 'b';

const review = { strategy: 'review' } as const;
const owned = { strategy: 'owner', owner: 'a' } as const;

/** Equal addresses link; else a name that sounds the same and the number together. */
export const byEmail: MatchSpec = {
  id: 'by-email',
  by: ['email'],
  normalize: { email: 'email' },
  action: 'link',
};
export const alike: MatchSpec = {
  id: 'alike',
  action: 'link',
  score: [
    { field: 'name', as: 'name', agree: 7, disagree: 6 },
    { field: 'phone', as: 'phone', agree: 9, disagree: 3 },
  ],
  block: [{ sound: ['name'] }, { ending: ['phone'] }],
  region: 'DE',
  auto: 12,
  review: 4,
  margin: 3,
};
export const creates: MatchSpec = { id: 'none', action: 'create' };

/** People with a name, an address and a number on two sides; whoever matches nobody is made on the other. */
export function peopleSpec(more: Partial<PipelineSpec> = {}): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'people' },
    connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
    match: [byEmail, alike, creates],
    fields: {
      name: { a: 'name', b: 'name', policy: review },
      email: { a: 'email', b: 'email', policy: owned },
      phone: { a: 'phone', b: 'phone', policy: owned },
    },
    load: { accept: 'automatic' },
    ...more,
  };
}

export const peopleTable = 'create table t (id serial primary key, name text, email text, phone text);';

export interface OpenQuestion {
  readonly id: string;
  readonly side: string;
  readonly subject: string;
  readonly candidates: string[];
}

/** Two sides of people, what is asked about them, and what people answer. */
export class PeoplePair {
  private constructor(readonly pair: SyncPair) {}

  static async open(spec = peopleSpec(), table = peopleTable): Promise<PeoplePair> {
    return new PeoplePair(await SyncPair.open({ a: table, b: table }, spec));
  }

  close(): Promise<void> {
    return this.pair.close();
  }

  async add(
    side: End,
    name: string,
    phone: string | null = null,
    email: string | null = null,
  ): Promise<string> {
    const { rows } = await this.pair[side].query<{ id: string }>(
      'insert into t (name, phone, email) values ($1, $2, $3) returning id::text',
      [name, phone, email],
    );
    return rows[0]?.id ?? '';
  }

  /** All of it has happened before any of it is looked at. */
  async together(work: () => Promise<void>, timeoutMs?: number): Promise<void> {
    await this.pair.stop();
    await work();
    await this.pair.start();
    await this.pair.quiet(timeoutMs);
  }

  async count(side: End, name: string): Promise<number | undefined> {
    const { rows } = await this.pair[side].query<{ n: number }>(
      'select count(*)::int as n from t where name like $1',
      [name],
    );
    return rows[0]?.n;
  }

  async questions(): Promise<readonly OpenQuestion[]> {
    return this.hub<OpenQuestion>(
      `select c.id, q.side, q.ext_id as subject,
              array(select ext_id from match_candidate m where m.conflict_id = c.id and gone is null order by n) as candidates
       from conflict c join match_question q on q.conflict_id = c.id where c.state = 'open' order by c.id`,
    );
  }

  async linked(a: string, b: string): Promise<boolean> {
    const rows = await this.hub(
      `select from link where a_id = '${a}' and b_id = '${b}' and state in ('live', 'creating')`,
    );
    return rows.length === 1;
  }

  /** Stores what a person has said. It is carried out by whoever runs the pipeline. */
  async order(
    kind: 'link' | 'create' | 'apart',
    conflict: string | null,
    side: 'A' | 'B' | null,
    a: string | null,
    b: string | null,
  ): Promise<void> {
    await this.pair.hub.general.query(
      `insert into link_order (id, pipeline_id, kind, side, a_id, b_id, conflict_id, by) values ($1, 1, $2, $3, $4, $5, $6, 'dana')`,
      [randomUUID(), kind, side, a, b, conflict],
    );
    await this.pair.hub.general.query(`select pg_notify('accord_wake', '')`);
  }

  /** Until everything that was ordered is done. */
  async carriedOut(): Promise<void> {
    await this.until('nothing is ordered any more', async () => {
      const rows = await this.hub('select from link_order');
      return rows.length === 0;
    });
    await this.pair.quiet();
  }

  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 800; i++) {
      if (await holds()) return;
      await sleep(25);
    }
    throw new Error(`never: ${what}`);
  }

  async hub<T extends object>(text: string): Promise<readonly T[]> {
    return (await this.pair.hub.general.query<T>(text)).rows;
  }
}
