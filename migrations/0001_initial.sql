-- State of Accord. One row per record pair on the hot path; lineage append-only and partitioned by month.

create table pipeline (
  id int generated always as identity primary key,
  name text not null unique,
  revision int not null default 0,
  -- loading: first load not accepted or not finished. halted: something a person must look at (system replaced, gap without snapshot).
  state text not null check (state in ('new', 'comparing', 'report', 'loading', 'running', 'halted')),
  state_detail text,
  paused_at timestamptz,
  paused_by text,
  pause_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table pipeline_revision (
  pipeline_id int not null references pipeline on delete cascade,
  revision int not null,
  spec jsonb not null,
  source text not null,
  hash text not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (pipeline_id, revision)
);

-- One row per pipeline and side. `cursor` moves by compare-and-set on `version` in the transaction that stores what was read.
create table side_state (
  pipeline_id int not null references pipeline on delete cascade,
  side text not null check (side in ('A', 'B')),
  label text not null,
  connector text not null,
  object text not null,
  cursor jsonb,
  version int not null default 0,
  epoch int not null default 1,
  identity text,
  fingerprint text,
  read_at timestamptz,
  wrote_at timestamptz,
  -- Age of the oldest change that is seen but not applied on the other side is computed; this is when the source last had nothing more.
  caught_up_at timestamptz,
  paused_at timestamptz,
  paused_by text,
  pause_reason text,
  error_code text,
  error_detail text,
  error_since timestamptz,
  retry_at timestamptz,
  primary key (pipeline_id, side)
);

create sequence link_id_seq cache 1;

create table link (
  id bigint primary key default nextval('link_id_seq'),
  pipeline_id int not null references pipeline on delete cascade,
  epoch int not null default 1,
  -- live; creating: the record is being made on the side whose id is planned; deleted: gone on both sides, or by policy; unlinked: both stay, never linked again by rule
  state text not null check (state in ('live', 'creating', 'deleted', 'unlinked')),
  a_id text,
  b_id text,
  created_at timestamptz not null default now()
);
create unique index link_a on link (pipeline_id, a_id) where state in ('live', 'creating');
create unique index link_b on link (pipeline_id, b_id) where state in ('live', 'creating');

-- Earlier ids of a record (key changes): found by them too.
create table link_alias (
  pipeline_id int not null,
  side text not null,
  ext_id text not null,
  link_id bigint not null references link on delete cascade,
  at timestamptz not null default now(),
  primary key (pipeline_id, side, ext_id, link_id)
);

-- The shadow of a linked record. At rest (`open` null) every side holds `head` and only head is stored.
--   clock:  default clock of the units, "dot|context"
--   fields: unit key -> value, or {"v":value,"d":dot,"c":context,"a":rawA,"b":rawB} where the clock is not the default, a side's raw is not
--           what the mapping would write, or the value is an object
--   open:   unit key -> registers that differ from the resting state (core/at-rest.ts)
--   att_a, att_b: the last write batch that touched the record on that side
create table shadow (
  link_id bigint primary key,
  pipeline_id int not null,
  rev int not null default 1,
  clock text not null,
  fields jsonb not null,
  open jsonb,
  att_a bigint,
  att_b bigint
) with (fillfactor = 80);
create index shadow_open on shadow (pipeline_id, link_id) where open is not null;

create sequence batch_id_seq cache 1;

-- One row per write transaction on a side. `payload` is frozen: the same id always means the same bytes.
create table attempt_batch (
  id bigint primary key,
  pipeline_id int not null references pipeline on delete cascade,
  side text not null check (side in ('A', 'B')),
  kind text not null check (kind in ('update', 'create', 'delete')),
  state text not null check (state in ('sent', 'unknown', 'acked', 'dead')),
  items int not null,
  payload jsonb,
  position bigint,
  mark text,
  exceptions jsonb,
  error text,
  sent_at timestamptz not null default now(),
  settled_at timestamptz
);
create index attempt_batch_open on attempt_batch (pipeline_id, side) where state in ('sent', 'unknown');

-- Append-only. One row per record and cause; the units inside: unit key -> {"o":before,"v":after,"d":dot,"c":context,"k":kind,"w":why}
create table lineage (
  id bigint generated always as identity,
  link_id bigint not null,
  pipeline_id int not null,
  -- observed | authored | decided | written | missed | rejected | cosmetic | linked | created | deleted | conflict | policy-change | undone
  kind text not null,
  side text,
  recorded_at timestamptz not null default now(),
  occurred_at timestamptz,
  actor jsonb,
  source_tx text,
  revision int not null,
  -- the write batch that carries what this row authored, to the other side
  batch_a bigint,
  batch_b bigint,
  conflict_id uuid,
  decision_id uuid,
  trace_id text,
  units jsonb not null,
  primary key (id, recorded_at)
) partition by range (recorded_at);
create index lineage_link on lineage (link_id, id);
create index lineage_receipt on lineage (link_id) where kind = 'receipt';

-- lz4 where the server was built with it: about a third of pglz's time.
do $$ begin
  alter table shadow alter column fields set compression lz4;
  alter table lineage alter column units set compression lz4;
exception when feature_not_supported then null;
end $$;

-- Level-triggered: "this record must be looked at again" (a side may differ from head, a hold ends, a side was busy). No payload.
create table push_due (
  link_id bigint primary key,
  pipeline_id int not null,
  due_at timestamptz not null default now(),
  reason text not null,
  attempts int not null default 0
);
create index push_due_at on push_due (pipeline_id, due_at);

-- A view of derive(): opened, changed and closed in the transaction that moves the registers.
create table conflict (
  id uuid primary key,
  pipeline_id int not null references pipeline on delete cascade,
  link_id bigint not null,
  unit text not null,
  rev int not null default 1,
  -- sorted dots of the candidates: unchanged key means nothing new for the person
  key text not null,
  -- open; held: decided, the write waits for the undo window; closed
  state text not null check (state in ('open', 'held', 'closed')),
  kind text not null,
  reason text not null,
  title text not null,
  base jsonb,
  candidates jsonb not null,
  policy jsonb not null,
  revision int not null,
  priority smallint not null default 2,
  opened_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  closed_at timestamptz,
  close_reason text,
  notified_at timestamptz
);
create unique index conflict_one_per_unit on conflict (link_id, unit) where state <> 'closed';
create index conflict_queue on conflict (pipeline_id, priority, opened_at, id) where state <> 'closed';
create index conflict_closed on conflict (pipeline_id, closed_at desc, id) where state = 'closed';
create index conflict_unnotified on conflict (opened_at) where state = 'open' and notified_at is null;
create index conflict_changed on conflict (changed_at);
create index conflict_link on conflict (link_id);

create table decision (
  id uuid primary key,
  conflict_id uuid not null references conflict on delete cascade,
  conflict_rev int not null,
  link_id bigint not null,
  unit text not null,
  -- exactly what was displayed: the candidates' clocks
  shown jsonb not null,
  take text not null check (take in ('a', 'b', 'base', 'merged', 'value')),
  value jsonb,
  note text,
  by text not null,
  at timestamptz not null default now(),
  undo_until timestamptz not null,
  -- held | applied | undone | stale | closed
  outcome text not null
);
create index decision_conflict on decision (conflict_id, at);

-- A unit whose value a side refused for good, or that cannot be read; held alone, the record flows on.
create table blocked_unit (
  link_id bigint not null,
  unit text not null,
  side text not null,
  pipeline_id int not null references pipeline on delete cascade,
  code text not null,
  detail text not null,
  value jsonb,
  attempts int not null default 1,
  since timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (link_id, unit, side)
);
create index blocked_unit_cause on blocked_unit (pipeline_id, code, unit);

create table lease (
  name text primary key,
  holder text not null,
  token bigint not null,
  until timestamptz not null
);

-- The match keys of records that are not linked (during the first load: of all).
create table load_record (
  pipeline_id int not null references pipeline on delete cascade,
  side text not null,
  ext_id text not null,
  -- position of the match rule in the pipeline; one row per rule for which the record has a key, rule -1 when it has none at all
  rule smallint not null,
  match_key text,
  primary key (pipeline_id, side, ext_id, rule)
);
create index load_record_key on load_record (pipeline_id, rule, match_key, side) where match_key is not null;

-- Records of the two sides that the first load will link.
create table load_pair (
  pipeline_id int not null references pipeline on delete cascade,
  a_id text not null,
  b_id text not null,
  rule smallint not null,
  primary key (pipeline_id, a_id)
);
create unique index load_pair_b on load_pair (pipeline_id, b_id);

create table load_report (
  pipeline_id int primary key references pipeline on delete cascade,
  revision int not null,
  linked int not null,
  only_a int not null,
  only_b int not null,
  ambiguous int not null,
  excluded_a int not null default 0,
  excluded_b int not null default 0,
  samples jsonb not null,
  created_at timestamptz not null default now(),
  accepted_at timestamptz,
  accepted_by text,
  -- progress of the load that follows: records done, and where to go on
  phase text,
  done bigint not null default 0,
  total bigint not null default 0,
  progress jsonb,
  started_at timestamptz,
  finished_at timestamptz
);

-- Records that could not be linked by rule (several candidates): shown, never guessed.
create table unmatched (
  pipeline_id int not null references pipeline on delete cascade,
  side text not null,
  ext_id text not null,
  match_key text,
  reason text not null check (reason in ('ambiguous', 'no-key', 'not-created', 'waiting')),
  detail text,
  since timestamptz not null default now(),
  primary key (pipeline_id, side, ext_id)
);

create table mail_outbox (
  id uuid primary key,
  kind text not null,
  recipient text not null,
  subject text not null,
  html text not null,
  text text not null,
  headers jsonb not null default '{}',
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempts int not null default 0,
  sent_at timestamptz,
  failed_at timestamptz,
  last_error text
);
create index mail_outbox_due on mail_outbox (due_at) where sent_at is null and failed_at is null;

create table idempotency (
  key text primary key,
  principal text not null,
  request_hash text not null,
  status int,
  body jsonb,
  created_at timestamptz not null default now()
);

-- Counters shown and scraped without counting rows: added to in the transaction that causes them.
create table counter (
  pipeline_id int not null,
  name text not null,
  labels text not null default '',
  value bigint not null default 0,
  primary key (pipeline_id, name, labels)
);
