-- Sides that do not report deletions are read through now and then. One row per such side: where the round under way has come to.
create table absence_sweep (
  pipeline_id int not null references pipeline on delete cascade,
  side text not null check (side in ('A', 'B')),
  -- links: linked records are read by id; rows: the side's ids are looked up here; confirm: what was missing is read once more
  phase text check (phase in ('links', 'rows', 'confirm')),
  -- behind which link, or which id of the side, it goes on
  position text,
  total int not null default 0,
  links int not null default 0,
  missing int not null default 0,
  -- ids that were read a moment ago: while they cannot be read nothing is taken for deleted
  witnesses text[] not null default '{}',
  started_at timestamptz,
  -- when the round before this one had begun
  previous_at timestamptz,
  finished_at timestamptz,
  primary key (pipeline_id, side)
);

-- Linked records that a read by id did not find, until a second one tells.
create table absent_record (
  pipeline_id int not null references pipeline on delete cascade,
  side text not null check (side in ('A', 'B')),
  link_id bigint not null,
  missed_at timestamptz not null,
  primary key (pipeline_id, side, link_id)
);

create index link_unlinked_a on link (pipeline_id, a_id) where state = 'unlinked';
create index link_unlinked_b on link (pipeline_id, b_id) where state = 'unlinked';
