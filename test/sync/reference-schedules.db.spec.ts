import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTACTS, openCompanyContacts, WHO } from '../support/company-contacts.js';
import { seeded } from '../support/seeded.js';
import type { SyncPair } from '../support/sync-pair.js';

/** Whatever stands in a reference, ever: whose it is, and the name of what it points to. */
const watch = (people: string, who: string, of: string, companies: string, name: string) => `
  create table seen (who text, company text);
  create function see() returns trigger language plpgsql as $$ begin
    insert into seen select new.${who}, (select ${name} from ${companies} where id = new.${of}); return null; end $$;
  create trigger see after insert or update on ${people} for each row execute function see();`;

const SEED = Number(process.env.ACCORD_TEST_SEED ?? 20_261_122);
const ROUNDS = 4;
const STEPS = 14;

describe('references under many edits at once', () => {
  let pair: SyncPair;
  /** "whose what": everything that somebody has written somewhere. */
  const written = new Set<string>();
  beforeAll(async () => {
    const contacts = {
      fields: {
        ...CONTACTS.fields,
        company: {
          ...CONTACTS.fields.company,
          policy: { strategy: 'owner', owner: 'a', onForeignEdit: 'accept' },
        },
      },
    } as const;
    pair = await openCompanyContacts(
      {
        a: watch('contact', 'email', 'company_id', 'company', 'name'),
        b: watch('person', 'mail', 'org_id', 'org', 'label'),
      },
      { contacts },
    );
    await pair.start();
  }, 60_000);
  afterAll(() => pair.close());

  it(`never point to another record than somebody chose, and come to agree (seed ${String(SEED)})`, async () => {
    const random = seeded(SEED);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const people: string[] = [];
    const companies: string[] = [];
    const choose = async (side: 'a' | 'b', who: string, company: string) => {
      const changed =
        side === 'a'
          ? await pair.a.query(
              'update contact set company_id = (select id from company where name = $2) where email = $1 and exists (select from company where name = $2)',
              [who, company],
            )
          : await pair.b.query(
              'update person set org_id = (select id from org where label = $2) where mail = $1 and exists (select from org where label = $2)',
              [who, company],
            );
      if (changed.rowCount === 1) written.add(`${who} ${company}`);
    };
    for (let round = 0; round < ROUNDS; round++) {
      for (let step = 0; step < STEPS; step++) {
        const side = pick(['a', 'b'] as const);
        const company =
          random() < 0.4 || companies.length === 0 ? `co${String(companies.length)}` : pick(companies);
        const fresh = !companies.includes(company);
        if (fresh) companies.push(company);
        if (fresh)
          await pair[side].query(
            side === 'a' ? 'insert into company (name) values ($1)' : 'insert into org (label) values ($1)',
            [company],
          );
        if (random() < 0.4 || people.length === 0) {
          const who = `p${String(people.length)}@x`;
          people.push(who);
          written.add(`${who} ${company}`);
          await pair[side].query(
            side === 'a'
              ? 'insert into contact (email, company_id) select $1, (select id from company where name = $2)'
              : 'insert into person (mail, org_id) select $1, (select id from org where label = $2)',
            [who, company],
          );
        } else await choose(side, pick(people), company);
        if (random() < 0.1) await pair.stop().then(() => pair.start());
      }
      await pair.quiet();
      const seen = await Promise.all(
        (['a', 'b'] as const).map(
          async (side) =>
            (
              await pair[side].query<{ who: string; company: string | null }>(
                'select distinct who, company from seen',
              )
            ).rows,
        ),
      );
      const wrong = seen
        .flat()
        .filter(({ who, company }) => company !== null && !written.has(`${who} ${company}`));
      expect(wrong).toEqual([]);
      const [a, b] = [(await pair.a.query(WHO.a)).rows, (await pair.b.query(WHO.b)).rows];
      expect(a).toEqual(b);
      expect(a).toHaveLength(people.length);
      expect((await pair.hub.general.query('select unit, code, detail from blocked_unit')).rows).toEqual([]);
      expect(
        (
          await pair.hub.general.query(
            `select link_id, target from reference_use where target not like 'rec%'`,
          )
        ).rows,
      ).toEqual([]);
    }
  }, 90_000);
});
