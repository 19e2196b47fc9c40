-- Comparisons of both sides with what is held of them. One row per comparison; the certificate is what came of it.
create table verification (
  id bigint generated always as identity primary key,
  pipeline_id int not null references pipeline on delete cascade,
  -- asked: waits for the process that runs the pipeline. failed: ended without a certificate, see error
  state text not null check (state in ('asked', 'running', 'finished', 'failed')),
  asked_at timestamptz not null default now(),
  -- a person's name; null: the schedule
  asked_by text,
  -- unknown differences are to be taken in as edits of the side that drifted
  repair boolean not null default false,
  revision int,
  -- records: linked records, by link; A, B: ids of the side that no link has; looks: what is suspected is looked at again; repair
  phase text check (phase in ('records', 'A', 'B', 'looks', 'repair')),
  -- behind which link, or which id of the side, it goes on
  position text,
  done int not null default 0,
  total int not null default 0,
  -- per side: records and fields compared, digest so far
  tally jsonb,
  started_at timestamptz,
  finished_at timestamptz,
  -- differences by reason
  found jsonb,
  certificate jsonb,
  hash text,
  error text
);
create unique index verification_open on verification (pipeline_id) where state in ('asked', 'running');
create index verification_listed on verification (pipeline_id, id);

-- Records in which something differed at first sight: looked at again until it stands, or is gone.
create table verification_suspect (
  id bigint generated always as identity primary key,
  verification_id bigint not null references verification on delete cascade,
  -- a linked record; or an id of a side that no link has
  link_id bigint,
  side text check (side in ('A', 'B')),
  ext_id text,
  met_at timestamptz not null default now(),
  looked_at timestamptz,
  -- what differed at the last look
  look jsonb
);
create index verification_suspect_next on verification_suspect (verification_id, looked_at nulls first, id);
create unique index verification_suspect_link on verification_suspect (verification_id, link_id) where link_id is not null;
create unique index verification_suspect_stranger on verification_suspect (verification_id, side, ext_id) where link_id is null;

-- What stands, with its reason. `held` and `seen` are values as the side writes them.
create table verification_difference (
  id bigint generated always as identity primary key,
  verification_id bigint not null references verification on delete cascade,
  kind text not null check (kind in ('value', 'apart', 'missing', 'returned', 'extra', 'alone')),
  reason text not null check (reason in ('conflict', 'blocked', 'in-flight', 'policy', 'unknown')),
  link_id bigint,
  side text check (side in ('A', 'B')),
  ext_id text,
  unit text,
  held jsonb,
  seen jsonb,
  detail text not null,
  -- the clock under which it was found: if it has moved on, there is nothing to repair
  mark text not null,
  -- what repairing came to
  repaired text
);
create index verification_difference_listed on verification_difference (verification_id, id);
create index verification_difference_reason on verification_difference (verification_id, reason, id);
