-- Connections that are kept by hand, beside those that files declare, and the secrets that they need.

create table connection (
  id uuid primary key,
  -- What pipeline files call it.
  name text not null unique,
  connector text not null check (connector in ('postgres', 'mysql')),
  label text,
  description text,
  host text not null,
  port int not null,
  database text not null,
  account text not null,
  tls text not null check (tls in ('disable', 'require', 'verify-full')),
  ca text,
  rate text,
  rev int not null default 1,
  created_at timestamptz not null,
  created_by text not null,
  changed_at timestamptz not null,
  changed_by text not null
);

-- A secret as it is kept: AES-256-GCM under a data key of its own, which is kept encrypted under a master key that is not in this
-- database (database/secrets/envelope.ts).
create table secret (
  id uuid primary key,
  connection_id uuid not null unique references connection on delete cascade,
  sealed bytea not null,
  data_key bytea not null,
  master_key_id text not null,
  set_at timestamptz not null,
  set_by text not null
);
create index secret_master_key on secret (master_key_id, id);
