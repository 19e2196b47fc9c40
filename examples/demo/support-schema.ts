/** The support desk: other names, other keys, strict formats: E.164 numbers, ISO countries, arrays, dates. */
export const supportSchema = `
create type support_tier as enum ('bronze', 'silver', 'gold');

create table organizations (
  id uuid primary key default gen_random_uuid(),
  org_ref text,
  display_name text not null,
  homepage text,
  phone_e164 text check (phone_e164 like '+%'),
  address_line text,
  town text,
  postal_code text,
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  labels text[] not null default '{}',
  headcount integer check (headcount >= 0),
  description text,
  credit_limit numeric(12,2),
  support_tier support_tier,
  account_manager text,
  points integer not null default 0,
  open_tickets integer not null default 0,
  last_contact_at timestamptz,
  customer_since date,
  contract_from date,
  contract_until date,
  preferences jsonb not null default '{}',
  locale text,
  verified boolean not null default false,
  created_at timestamptz not null default now()
);

create table users (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid references organizations,
  given_name text,
  family_name text not null,
  login_email text,
  phone_e164 text check (phone_e164 like '+%'),
  mobile_e164 text check (mobile_e164 like '+%'),
  born date,
  title text,
  wants_newsletter boolean,
  interests text[] not null default '{}',
  about text,
  visits integer not null default 0,
  last_seen_at timestamptz,
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  created_at timestamptz not null default now()
);

create type ticket_state as enum ('open', 'waiting', 'solved');
create sequence ticket_number start 60000;

create table tickets (
  id uuid primary key default gen_random_uuid(),
  number bigint not null default nextval('ticket_number'),
  title text not null,
  state ticket_state not null default 'open',
  urgent boolean not null default false,
  requester_id uuid references users,
  organization_id uuid references organizations,
  created_at timestamptz not null default now()
);
`;
