import type pg from 'pg';
import { databaseUrl, insertRows, withClient } from './database.js';

/** Changes whenever the data or the tables of the demo do; a database that carries it is complete. */
const complete = 'Accord demo 2';

const names = { crm: 'demo_crm', support: 'demo_support' } as const;

export interface Demo {
  readonly crmUrl: string;
  readonly supportUrl: string;
  /** What the demo's connection files name: variable → value. */
  readonly env: Readonly<Record<'ACCORD_DEMO_CRM_URL' | 'ACCORD_DEMO_SUPPORT_URL', string>>;
  /** True where this call made the databases. */
  readonly created: boolean;
}

/** The addresses of the demo's two databases on a server. */
export function demoUrls(adminUrl: string): Pick<Demo, 'crmUrl' | 'supportUrl' | 'env'> {
  const [crmUrl, supportUrl] = [databaseUrl(adminUrl, names.crm), databaseUrl(adminUrl, names.support)];
  return { crmUrl, supportUrl, env: { ACCORD_DEMO_CRM_URL: crmUrl, ACCORD_DEMO_SUPPORT_URL: supportUrl } };
}

/**
 * Makes the two databases of the demo beside the database of `adminUrl` and fills them. Where they are complete, nothing is
 * touched and it takes some milliseconds; one that is not (a start was cut off) is made anew. Safe to run from two processes at once.
 *
 * @param adminUrl an account that may create databases
 */
export async function setUpDemo({ adminUrl }: { readonly adminUrl: string }): Promise<Demo> {
  const urls = demoUrls(adminUrl);
  const created = await withClient(adminUrl, async (admin) => {
    if (await areComplete(admin)) return false;
    await admin.query(`select pg_advisory_lock(hashtext('accord demo'))`);
    if (await areComplete(admin)) return false;
    for (const name of Object.values(names)) {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.query(`create database ${name} template template0 encoding 'UTF8'`);
    }
    await fill(urls.crmUrl, urls.supportUrl);
    for (const name of Object.values(names))
      await admin.query(`comment on database ${name} is '${complete}'`);
    return true;
  });
  return { ...urls, created };
}

async function areComplete(admin: pg.Client): Promise<boolean> {
  const { rows } = await admin.query<{ comment: string | null }>(
    `select shobj_description(oid, 'pg_database') as comment from pg_database where datname = any($1)`,
    [Object.values(names)],
  );
  return rows.length === 2 && rows.every(({ comment }) => comment?.startsWith(complete) === true);
}

async function fill(crmUrl: string, supportUrl: string): Promise<void> {
  // Loaded only when they are needed: the registry alone is 4 MB.
  const [{ companyRows }, { peopleRows }, { ticketRows }, { crmSchema }, { supportSchema }] =
    await Promise.all([
      import('./companies.js'),
      import('./people.js'),
      import('./tickets.js'),
      import('./crm-schema.js'),
      import('./support-schema.js'),
    ]);
  const companies = companyRows();
  const people = peopleRows(companies.ids.filter(({ account }) => account !== null));
  const { cases, tickets } = ticketRows(people.ids);
  await Promise.all([
    withClient(crmUrl, async (client) => {
      await client.query(crmSchema);
      await insertRows(client, 'accounts', companies.accounts);
      await insertRows(client, 'contacts', people.contacts);
      await insertRows(client, 'cases', cases);
      await client.query('analyze');
    }),
    withClient(supportUrl, async (client) => {
      await client.query(supportSchema);
      await insertRows(client, 'organizations', companies.organizations);
      await insertRows(client, 'users', people.users);
      await insertRows(client, 'tickets', tickets);
      await client.query('analyze');
    }),
  ]);
}

/** True once the opening traffic has run on these databases. */
export async function isOpened(adminUrl: string): Promise<boolean> {
  return await withClient(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ comment: string | null }>(
      `select shobj_description(oid, 'pg_database') as comment from pg_database where datname = '${names.crm}'`,
    );
    return rows[0]?.comment?.endsWith('opened') === true;
  });
}

export async function markOpened(adminUrl: string): Promise<void> {
  await withClient(adminUrl, (admin) =>
    admin.query(`comment on database ${names.crm} is '${complete}, opened'`),
  );
}
