-- How far the audit chain was proved to be whole, so that the next look goes on from there. One row; it can only spare work: a look from the
-- beginning does not read it.
create table audit_check (
  id int primary key check (id = 1),
  -- the last row that was looked at, and its hash then
  seq bigint not null,
  hash bytea not null,
  -- what was found since the beginning
  faults jsonb not null default '[]',
  -- false: rows were left for the next look
  complete boolean not null,
  at timestamptz not null,
  by_name text not null
);

-- Addresses that a mail server has refused for good, in lower case. Nothing is sent there until somebody says to try again.
create table undeliverable (
  address text primary key,
  since timestamptz not null default now(),
  -- what the server said
  reason text not null
);
