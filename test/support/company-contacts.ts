import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { SyncPair } from './sync-pair.js';

/** Companies, and contacts that point to a company and to another contact, with ids of each side's own. */
export const COMPANIES: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'companies' },
  connections: { a: { ref: 'a', object: 'public.company' }, b: { ref: 'b', object: 'public.org' } },
  match: [
    { id: 'by-name', by: ['name'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: { name: { a: 'name', b: 'label', policy: { strategy: 'review' } } },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  load: { accept: 'automatic' },
};

export const CONTACTS: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'contacts' },
  connections: { a: { ref: 'a', object: 'public.contact' }, b: { ref: 'b', object: 'public.person' } },
  match: [
    { id: 'by-email', by: ['email'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    email: { a: 'email', b: 'mail', policy: { strategy: 'review' } },
    phone: { a: 'phone', b: 'tel', policy: { strategy: 'newest', tie: 'review' } },
    company: { a: 'company_id', b: 'org_id', reference: 'companies', policy: { strategy: 'review' } },
    boss: {
      a: 'boss_id',
      b: 'boss',
      reference: 'contacts',
      policy: { strategy: 'owner', owner: 'a', onForeignEdit: 'accept' },
    },
  },
  deletes: { aDeleted: 'delete', bDeleted: 'delete' },
  load: { accept: 'automatic' },
};

export const TABLES = {
  a: `create table company (id serial primary key, name text);
      create table contact (id serial primary key, email text, phone text, company_id int references company, boss_id int references contact);`,
  b: `create table org (id uuid primary key default gen_random_uuid(), label text);
      create table person (id uuid primary key default gen_random_uuid(), mail text, tel text, org_id uuid references org, boss uuid references person);`,
};

/** `companies` and `contacts` between two databases. */
export function openCompanyContacts(
  rows: { readonly a: string; readonly b: string },
  change: {
    readonly companies?: Partial<PipelineSpec>;
    readonly contacts?: Partial<PipelineSpec>;
    readonly tables?: Partial<typeof TABLES>;
  } = {},
): Promise<SyncPair> {
  const tables = { ...TABLES, ...change.tables };
  return SyncPair.open(
    { a: tables.a + rows.a, b: tables.b + rows.b },
    { ...CONTACTS, ...change.contacts },
    {},
    {},
    [{ ...COMPANIES, ...change.companies }],
  );
}

/** Who works where and for whom on a side, by names. */
export const WHO = {
  a: `select c.email, c.phone, o.name as company, b.email as boss from contact c left join company o on o.id = c.company_id left join contact b on b.id = c.boss_id order by 1`,
  b: `select c.mail as email, c.tel as phone, o.label as company, b.mail as boss from person c left join org o on o.id = c.org_id left join person b on b.id = c.boss order by 1`,
};
