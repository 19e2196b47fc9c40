-- A class of operations that a guard stopped: what it would have done is held, unit by unit (blocked_unit.code = 'guard-' || id),
-- until a person lets it through or takes it back.
create table guard_trip (
  id uuid primary key,
  pipeline_id int not null references pipeline on delete cascade,
  -- where the operations come from; they are held on the other side
  side text not null check (side in ('A', 'B')),
  kind text not null check (kind in ('deletes', 'blanking', 'overwrite', 'canary')),
  -- blanking: the unit; overwrite: who; canary: the id of the record
  subject text not null,
  -- records within the window when it was opened, and the most that pass
  count int not null,
  most int not null,
  linked int not null,
  window_ms bigint not null,
  sample jsonb not null,
  state text not null default 'open' check (state in ('open', 'released', 'discarded')),
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  closed_by text,
  note text,
  -- when the mail about it was written
  told_at timestamptz
);
create unique index guard_trip_open on guard_trip (pipeline_id, side, kind, subject) where state = 'open';
create index guard_trip_recent on guard_trip (pipeline_id, opened_at desc, id);
create index guard_trip_untold on guard_trip (opened_at) where told_at is null;

-- When the mail about the last halt was written.
alter table pipeline add halt_told_at timestamptz;
