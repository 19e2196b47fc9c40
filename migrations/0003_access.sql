-- People, how they come in, what they may do, and what was done.

create table person (
  id uuid primary key,
  -- In lower case: what people type to sign in, and where mail goes.
  email text not null unique,
  name text not null,
  state text not null check (state in ('invited', 'active', 'disabled')),
  password_hash text,
  -- Who this is at the identity provider.
  oidc_issuer text,
  oidc_subject text,
  -- Made by the demo with a password that everybody knows: nobody at all outside of the demo.
  demo boolean not null default false,
  rev int not null default 1,
  created_at timestamptz not null default now(),
  last_login_at timestamptz,
  unique (oidc_issuer, oidc_subject)
);

-- What a person may do, and where: a pipeline's name, or * for all. Rows of the identity provider are replaced at every sign-in.
create table person_grant (
  person_id uuid not null references person on delete cascade,
  role text not null check (role in ('viewer', 'steward', 'engineer', 'admin')),
  pipeline text not null,
  source text not null check (source in ('people', 'oidc')),
  primary key (person_id, role, pipeline, source)
);

-- A browser that is signed in. The cookie holds a random value; only its SHA-256 is here.
create table session (
  id bytea primary key,
  person_id uuid not null references person on delete cascade,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  address text,
  agent text
);
create index session_person on session (person_id);

create table api_token (
  id uuid primary key,
  person_id uuid not null references person on delete cascade,
  name text not null,
  -- The part that is shown and looked up; the rest of the token is here as its SHA-256 only.
  prefix text not null unique,
  hash bytea not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  used_at timestamptz
);
create index api_token_person on api_token (person_id);

-- Links that are used once: the first admin's, an invitation, a new password. Only the SHA-256 of the secret is here.
create table one_time_link (
  id bytea primary key,
  purpose text not null check (purpose in ('setup', 'password')),
  person_id uuid references person on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index one_time_link_person on one_time_link (person_id);

-- Failed sign-ins, by account and by address. An attempt counts as failed until it has succeeded.
create table login_attempt (
  subject text primary key,
  failures int not null,
  last_at timestamptz not null,
  locked_until timestamptz not null
);

-- A sign-in that is under way at the identity provider. The browser's cookie holds a random value; only its SHA-256 is here.
create table oidc_flow (
  id bytea primary key,
  state text not null,
  nonce text not null,
  verifier text not null,
  return_to text not null,
  expires_at timestamptz not null
);

alter table decision add column person_id uuid references person;

-- A key is one person's own: another may happen to send the same.
alter table idempotency drop constraint idempotency_pkey;
alter table idempotency add primary key (principal, key);

-- What was done, by whom: append-only, each row hashed together with the row before it (database/audit.ts).
create table audit (
  seq bigint primary key,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('person', 'token', 'command-line', 'service', 'nobody')),
  actor_id text,
  actor_name text not null,
  action text not null,
  object text,
  pipeline text,
  -- JSON, kept as the very text that was hashed
  detail text not null,
  address text,
  request_id text,
  hash bytea not null
);

-- The last row of the chain; its lock puts those who append in a row.
create table audit_head (
  id int primary key check (id = 1),
  seq bigint not null,
  hash bytea not null
);
insert into audit_head values (1, 0, decode(repeat('00', 32), 'hex'));

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();
