/** The CRM: what sales works in. Formats are what people type: national phone numbers, country names, tags in one text, German dates. */
export const crmSchema = `
create table accounts (
  id bigserial primary key,
  company_no text,
  name varchar(200) not null,
  website text,
  phone text,
  street text,
  city text,
  zip text,
  country text,
  tags text not null default '',
  employees integer,
  notes text,
  credit_limit numeric(12,2),
  tier text check (tier in ('Gold', 'Silver', 'Bronze')),
  account_owner text,
  bonus_points integer not null default 0,
  open_tickets integer not null default 0,
  last_contact timestamptz,
  customer_since text,
  contract_start date,
  contract_end date,
  settings jsonb not null default '{}',
  language text,
  updated_at timestamptz not null default now()
);

create table contacts (
  id bigserial primary key,
  account_id bigint references accounts,
  first_name text,
  last_name text not null,
  email text,
  phone text,
  mobile text,
  birthday text,
  job_title text,
  newsletter boolean,
  interests text not null default '',
  remarks text,
  visits integer not null default 0,
  last_seen timestamptz,
  country text,
  updated_at timestamptz not null default now()
);

create table cases (
  id bigserial primary key,
  case_no text,
  subject varchar(200) not null,
  status text not null default 'Open' check (status in ('Open', 'Waiting', 'Closed')),
  urgent boolean not null default false,
  contact_id bigint references contacts,
  account_id bigint references accounts,
  opened_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create function touch() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;
create trigger touch before update on accounts for each row execute function touch();
create trigger touch before update on contacts for each row execute function touch();
create trigger touch before update on cases for each row execute function touch();
`;
