import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTACTS, openCompanyContacts } from '../support/company-contacts.js';
import { seeded } from '../support/seeded.js';
import { ServiceChild } from '../support/service-child.js';
import type { SyncPair } from '../support/sync-pair.js';

const KILLS = Number(process.env.ACCORD_TEST_KILLS ?? 4);
const SEED = Number(process.env.ACCORD_TEST_SEED ?? 20_261_122);
const COMPANIES = 8;
const CONTACTS_AT_FIRST = 30;

type End = 'a' | 'b';

/** What the two sides call the same things. */
const NAMES = {
  a: {
    company: 'company',
    name: 'name',
    contact: 'contact',
    email: 'email',
    phone: 'phone',
    of: 'company_id',
    boss: 'boss_id',
  },
  b: {
    company: 'org',
    name: 'label',
    contact: 'person',
    email: 'mail',
    phone: 'tel',
    of: 'org_id',
    boss: 'boss',
  },
} as const;

describe(`two pipelines with references, killed ${String(KILLS)} times under load (seed ${String(SEED)})`, () => {
  let pair: SyncPair;
  const phones: string[] = [];
  const made = { companies: COMPANIES, contacts: CONTACTS_AT_FIRST };
  const deleted = new Set<string>();

  beforeAll(async () => {
    const none = { maxCount: 100_000 };
    pair = await openCompanyContacts(
      {
        a: `insert into company (name) select 'co' || i from generate_series(1, ${String(COMPANIES)}) i;
            insert into contact (email, phone, company_id)
            select 'p' || i || '@x', 'first ' || i, 1 + i % ${String(COMPANIES)} from generate_series(1, ${String(CONTACTS_AT_FIRST)}) i;
            update contact set boss_id = id - 1 where id % 3 = 0;`,
        b: '',
      },
      {
        companies: { deletes: { aDeleted: 'delete', bDeleted: 'delete', guard: none } },
        contacts: {
          fields: {
            ...CONTACTS.fields,
            company: {
              a: 'company_id',
              b: 'org_id',
              reference: 'companies',
              policy: { strategy: 'newest', tie: 'review' },
            },
          },
          deletes: { aDeleted: 'delete', bDeleted: 'delete', guard: none },
          guards: { massChange: none },
        },
      },
    );
    await pair.start();
    await pair.quiet();
    await pair.stop();
    const stop = new AbortController();
    const traffic = Promise.all([
      people('a', seeded(SEED + 1), stop.signal),
      people('b', seeded(SEED + 2), stop.signal),
    ]);
    const next = seeded(SEED);
    try {
      for (let i = 0; i < KILLS; i++) {
        const input = { urls: pair.urls, declaration: pair.declared, others: pair.others };
        const child = await ServiceChild.start(input);
        // From before the leases are taken over to well into the work.
        await sleep(200 + next() * 1500);
        await child.kill();
      }
    } finally {
      stop.abort();
      await traffic;
    }
    await pair.start();
    await pair.quiet(60_000);
  }, 180_000);
  afterAll(() => pair.close());

  /** Somebody at one side: edits, new contacts of new and known companies, other employers, deletions. */
  async function people(side: End, random: () => number, signal: AbortSignal): Promise<void> {
    const n = NAMES[side];
    const pool = pair[side];
    const anyContact = () => `p${String(1 + Math.floor(random() * made.contacts))}@x`;
    const anyCompany = () => `co${String(1 + Math.floor(random() * made.companies))}`;
    const idOf = `(select id from ${n.company} where ${n.name} = $2 limit 1)`;
    // A side's own foreign keys forbid some of it; then nothing was done.
    const attempt = async (text: string, values: readonly string[]): Promise<number> =>
      (await pool.query(text, [...values]).catch(() => ({ rowCount: 0 }))).rowCount ?? 0;
    for (let i = 0; !signal.aborted; i++) {
      const dice = random();
      const who = anyContact();
      if (dice < 0.35) {
        const phone = `${side} ${String(i)}`;
        const done = await attempt(`update ${n.contact} set ${n.phone} = $2 where ${n.email} = $1`, [
          who,
          phone,
        ]);
        if (done === 1 && isFirst(who)) phones.push(phone);
      } else if (dice < 0.65) {
        await attempt(
          `update ${n.contact} set ${n.of} = ${idOf} where ${n.email} = $1 and exists (select from ${n.company} where ${n.name} = $2)`,
          [who, anyCompany()],
        );
      } else if (dice < 0.75) {
        await attempt(
          `update ${n.contact} set ${n.boss} = (select id from ${n.contact} where ${n.email} = $2 limit 1) where ${n.email} = $1`,
          [who, anyContact()],
        );
      } else if (dice < 0.82) {
        const name = `co${String(++made.companies)}`;
        await attempt(`insert into ${n.company} (${n.name}) values ($1)`, [name]);
        await attempt(`update ${n.contact} set ${n.of} = ${idOf} where ${n.email} = $1`, [who, name]);
      } else if (dice < 0.92) {
        await attempt(`insert into ${n.contact} (${n.email}, ${n.of}) values ($1, ${idOf})`, [
          `p${String(++made.contacts)}@x`,
          anyCompany(),
        ]);
      } else if (dice < 0.97) {
        if ((await attempt(`delete from ${n.contact} where ${n.email} = $1`, [who])) > 0) deleted.add(who);
      } else {
        const name = anyCompany();
        if ((await attempt(`delete from ${n.company} where ${n.name} = $1`, [name])) > 0) deleted.add(name);
      }
      await sleep(random() * 20);
    }
  }

  /** Values of a newcomer that were typed over before it was read never stood anywhere else. */
  function isFirst(email: string): boolean {
    return Number(email.slice(1, -2)) <= CONTACTS_AT_FIRST;
  }

  interface Row {
    readonly email: string;
    readonly phone: string | null;
    readonly company: string | null;
    readonly boss: string | null;
  }
  const contacts = async (side: End): Promise<readonly Row[]> => {
    const n = NAMES[side];
    return (
      await pair[side].query<Row>(
        `select c.${n.email} as email, c.${n.phone} as phone, o.${n.name} as company, b.${n.email} as boss
         from ${n.contact} c left join ${n.company} o on o.id = c.${n.of} left join ${n.contact} b on b.id = c.${n.boss} order by 1`,
      )
    ).rows;
  };
  const companies = async (side: End): Promise<readonly string[]> => {
    const n = NAMES[side];
    return (
      await pair[side].query<{ name: string }>(`select ${n.name} as name from ${n.company} order by 1`)
    ).rows.map(({ name }) => name);
  };
  /** `name unit`: what a person is asked about, or is shown as waiting. */
  const open = async (): Promise<ReadonlySet<string>> => {
    const { rows } = await pair.hub.general.query<{ name: string; unit: string }>(`
      select coalesce(s.fields -> 'email' ->> 'v', s.fields ->> 'email', s.fields -> 'name' ->> 'v', s.fields ->> 'name') as name, q.unit
      from (select link_id, unit from conflict where state <> 'closed' union select link_id, unit from blocked_unit) q
      join shadow s using (link_id)`);
    return new Set(rows.map(({ name, unit }) => `${name} ${unit}`));
  };

  it('every reference means the same record on both sides, or a person is asked', async () => {
    const [a, b, asked] = [await contacts('a'), await contacts('b'), await open()];
    const there = new Map(b.map((row) => [row.email, row]));
    const differing = a.flatMap((row) => {
      const other = there.get(row.email);
      if (other === undefined || asked.has(`${row.email} $life`)) return [];
      return (['phone', 'company', 'boss'] as const)
        .filter((field) => row[field] !== other[field] && !asked.has(`${row.email} ${field}`))
        .map((field) => `${row.email} ${field}: ${String(row[field])} | ${String(other[field])}`);
    });
    expect(differing).toEqual([]);
    expect(a.length).toBeGreaterThan(CONTACTS_AT_FIRST / 2);
  });

  it('nobody is there twice, and nobody is missing whom nobody has deleted', async () => {
    const asked = await open();
    for (const list of [
      [(await contacts('a')).map(({ email }) => email), (await contacts('b')).map(({ email }) => email)],
      [await companies('a'), await companies('b')],
    ] as const) {
      for (const names of list) expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
      const [inA, inB] = list;
      const alone = [
        ...inA.filter((one) => !inB.includes(one)),
        ...inB.filter((one) => !inA.includes(one)),
      ].filter((name) => !asked.has(`${name} $life`));
      expect(alone).toEqual([]);
    }
    const standing = new Set((await contacts('a')).map(({ email }) => email));
    const first = Array.from({ length: CONTACTS_AT_FIRST }, (_, i) => `p${String(i + 1)}@x`);
    expect(first.filter((email) => !standing.has(email) && !deleted.has(email))).toEqual([]);
  });

  it('every edit is in the lineage, once', async () => {
    const { rows } = await pair.hub.general.query<{ value: string; n: number }>(`
      select u.value ->> 'v' as value, count(*)::int as n from lineage l, jsonb_each(l.units) u
      where l.kind = 'observed' and u.key = 'phone' and u.value ->> 'k' in ('observed', 'forward', 'stale-form', 'superseded') group by 1`);
    const seen = new Map(rows.map(({ value, n }) => [value, n]));
    expect(phones.filter((phone) => seen.get(phone) !== 1)).toEqual([]);
    expect(phones.length).toBeGreaterThan(20);
  });

  it('no write is left without an end, and what each record points to is what is kept of it', async () => {
    const { rows } = await pair.hub.general.query<{ open: number; stray: number }>(`
      select (select count(*)::int from attempt_batch where state in ('sent', 'unknown')) as open,
             (select count(*)::int from reference_use u where not exists (
                select from shadow s where s.link_id = u.link_id and concat(s.fields, s.open) like '%' || u.target || '%')) as stray`);
    expect(rows).toEqual([{ open: 0, stray: 0 }]);
  });
});
