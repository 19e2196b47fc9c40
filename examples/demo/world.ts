import type { Faker } from '@faker-js/faker';
import pg from 'pg';
import { contested, type EditableField, type Kind } from './editable-fields.js';
import { seeded } from './seeded.js';

/** A record that both sides have. */
export interface Pair {
  readonly kind: Kind;
  readonly name: string;
  readonly crmId: string;
  readonly supportId: string;
}

export type Desk = 'crm' | 'support';

export const tables = {
  companies: { crm: 'accounts', support: 'organizations' },
  people: { crm: 'contacts', support: 'users' },
} as const;

/** Who works where. A name is a person's; the part before a colon says what else it is. */
const actors = {
  crm: ['Dana Fox (sales)', 'Miguel Ortiz (key accounts)', 'Aiko Mori (sales)'],
  support: ['Petra Novak (support)', 'Sam Okoye (support)', 'Lena Brandt (onboarding)'],
} as const;

/** The two databases with the people who work in them. Seeded: the same run does the same things in the same order. */
export class World {
  private readonly contestedPairs = new Set<string>();

  private constructor(
    readonly faker: Faker,
    private readonly clients: Readonly<Record<Desk, pg.Client>>,
    private readonly pairs: Readonly<Record<Kind, readonly Pair[]>>,
    private readonly tell: (sentence: string) => void,
  ) {}

  static async open(options: {
    readonly crmUrl: string;
    readonly supportUrl: string;
    readonly seed: number;
    readonly tell: (sentence: string) => void;
  }): Promise<World> {
    const clients = { crm: connection(options.crmUrl), support: connection(options.supportUrl) };
    await Promise.all([clients.crm.connect(), clients.support.connect()]);
    const pairs = {
      companies: await companyPairs(clients),
      people: await peoplePairs(clients),
    };
    return new World(seeded(options.seed), clients, pairs, options.tell);
  }

  say(who: string, sentence: string): void {
    this.tell(`${who.padEnd(32)} ${sentence}`);
  }

  actor(desk: Desk): string {
    return this.faker.helpers.arrayElement(actors[desk]);
  }

  desk(): Desk {
    return this.faker.helpers.arrayElement(['crm', 'support'] as const);
  }

  pair(kind: Kind = this.faker.helpers.arrayElement(['companies', 'companies', 'people'] as const)): Pair {
    return this.faker.helpers.arrayElement(this.pairs[kind]);
  }

  /** A record and a field that no conflict was made on yet in this run. */
  uncontested(kind: Kind): { pair: Pair; field: EditableField } {
    for (;;) {
      const [pair, field] = [this.pair(kind), this.faker.helpers.arrayElement(contested[kind])];
      const key = `${pair.crmId} ${kind} ${field.words}`;
      if (this.contestedPairs.has(key)) continue;
      this.contestedPairs.add(key);
      return { pair, field };
    }
  }

  /** One transaction on one side, under a name. `$1`, … are the values. */
  async run(desk: Desk, actor: string, sql: string, values: readonly unknown[] = []): Promise<number> {
    await this.begin(desk, actor, sql, values);
    return await this.commit(desk);
  }

  private changed = 0;

  /** The first part of a transaction; nobody sees it until `commit`. */
  async begin(desk: Desk, actor: string, sql: string, values: readonly unknown[] = []): Promise<void> {
    const client = this.clients[desk];
    await client.query('begin');
    await client.query(`select set_config('accord.actor', $1, true)`, [actor]);
    this.changed = (await client.query(sql, [...values])).rowCount ?? 0;
  }

  async commit(desk: Desk): Promise<number> {
    await this.clients[desk].query('commit');
    return this.changed;
  }

  async set(desk: Desk, actor: string, pair: Pair, values: Readonly<Record<string, unknown>>): Promise<void> {
    const { sql, parameters } = update(desk, pair, values);
    await this.run(desk, actor, sql, parameters);
  }

  /** Both sides change the same record; neither can have seen the other's change. */
  async setBoth(
    pair: Pair,
    crm: { readonly actor: string; readonly values: Readonly<Record<string, unknown>> },
    support: { readonly actor: string; readonly values: Readonly<Record<string, unknown>> },
  ): Promise<void> {
    const [a, b] = [update('crm', pair, crm.values), update('support', pair, support.values)];
    await this.begin('crm', crm.actor, a.sql, a.parameters);
    await this.begin('support', support.actor, b.sql, b.parameters);
    await Promise.all([this.commit('crm'), this.commit('support')]);
  }

  async read<T>(desk: Desk, pair: Pair, column: string): Promise<T | undefined> {
    const { rows } = await this.clients[desk].query<{ value: T }>(
      `select ${column} as value from ${tables[pair.kind][desk]} where id = $1`,
      [desk === 'crm' ? pair.crmId : pair.supportId],
    );
    return rows[0]?.value;
  }

  async close(): Promise<void> {
    await Promise.all([this.clients.crm.end(), this.clients.support.end()]);
  }
}

function connection(url: string): pg.Client {
  const client = new pg.Client({ connectionString: url, application_name: 'demo traffic' });
  // A connection that breaks also fails the query that waits on it; unheard, this event would end the process.
  client.on('error', () => undefined);
  return client;
}

function update(
  desk: Desk,
  pair: Pair,
  values: Readonly<Record<string, unknown>>,
): { sql: string; parameters: unknown[] } {
  const columns = Object.keys(values);
  const assignments = columns.map((column, i) => `${column} = $${i + 2}`).join(', ');
  return {
    sql: `update ${tables[pair.kind][desk]} set ${assignments} where id = $1`,
    parameters: [desk === 'crm' ? pair.crmId : pair.supportId, ...Object.values(values)],
  };
}

type Clients = Readonly<Record<Desk, pg.Client>>;

async function companyPairs({ crm, support }: Clients): Promise<Pair[]> {
  const accounts = await crm.query<{ id: string; name: string; key: string }>(
    `select id, name, replace(company_no, 'C-', '') as key from accounts where company_no is not null order by id`,
  );
  const organizations = await support.query<{ id: string; key: string }>(
    'select id, org_ref as key from organizations where org_ref is not null',
  );
  return joined('companies', accounts.rows, organizations.rows);
}

async function peoplePairs({ crm, support }: Clients): Promise<Pair[]> {
  const contacts = await crm.query<{ id: string; name: string; key: string }>(
    `select id, concat_ws(' ', first_name, last_name) as name, lower(trim(email)) as key from contacts order by id`,
  );
  const users = await support.query<{ id: string; key: string }>(
    'select id, lower(trim(login_email)) as key from users',
  );
  return joined('people', contacts.rows, users.rows);
}

function joined(
  kind: Kind,
  crm: readonly { id: string; name: string; key: string | null }[],
  support: readonly { id: string; key: string | null }[],
): Pair[] {
  const byKey = new Map(support.map(({ key, id }) => [key, id]));
  return crm.flatMap(({ id, name, key }) => {
    const supportId = byKey.get(key);
    return key === null || supportId === undefined ? [] : [{ kind, name, crmId: id, supportId }];
  });
}
