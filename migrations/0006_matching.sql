-- Which records are the same, where no key says so.

-- What rules that score compare, of records that are not linked (during the first load: of all). `profile`: the values in their normal
-- forms in the order of the rule's attributes, U+001F between them, a blank one empty.
create table match_record (
  pipeline_id int not null references pipeline on delete cascade,
  side text not null check (side in ('A', 'B')),
  ext_id text not null,
  rule smallint not null,
  profile text not null,
  primary key (pipeline_id, side, ext_id, rule)
);

-- Two records are compared only where they share a key.
create table match_key (
  pipeline_id int not null references pipeline on delete cascade,
  side text not null check (side in ('A', 'B')),
  ext_id text not null,
  rule smallint not null,
  key text not null,
  primary key (pipeline_id, rule, key, side, ext_id)
);
create index match_key_record on match_key (pipeline_id, side, ext_id);

-- Pairs that the first load found alike enough to be linked, or asked about. `parts`: [likeness, points] for each attribute, or null.
create table match_pair (
  pipeline_id int not null references pipeline on delete cascade,
  a_id text not null,
  b_id text not null,
  rule smallint not null,
  points real not null,
  parts jsonb not null,
  primary key (pipeline_id, a_id, b_id, rule)
);
create index match_pair_b on match_pair (pipeline_id, b_id);

alter table load_pair add column points real, add column parts jsonb;
alter table load_report
  add column scored int not null default 0,
  -- keys that too many records share to compare them all: [{"rule", "key", "a", "b"}]
  add column left_out jsonb not null default '[]',
  -- of some pairs that would be linked: how many fields are equal or differ, with samples
  add column fields jsonb;

-- A record that may be the same as several others, or as one but not for certain. In the queue it is a conflict of kind `match`, which
-- belongs to no link.
alter table conflict alter column link_id drop not null;
alter table decision alter column link_id drop not null;
alter table decision drop constraint decision_take_check;
alter table decision add constraint decision_take_check
  check (take in ('a', 'b', 'base', 'merged', 'value', 'link', 'create', 'apart'));

create table match_question (
  conflict_id uuid primary key references conflict on delete cascade,
  pipeline_id int not null references pipeline on delete cascade,
  side text not null check (side in ('A', 'B')),
  ext_id text not null,
  -- unit -> canonical value when it was asked
  shown jsonb not null,
  is_open boolean not null default true
);
create unique index match_question_of on match_question (pipeline_id, side, ext_id) where is_open;

-- Records of the other side that it may be the same as, numbered as they are shown.
create table match_candidate (
  conflict_id uuid not null references match_question on delete cascade,
  n smallint not null,
  ext_id text not null,
  rule text not null,
  -- null: they share the key of an exact rule
  points real,
  verdicts jsonb not null,
  shown jsonb not null,
  -- why it is none any more
  gone text,
  primary key (conflict_id, n)
);
create index match_candidate_record on match_candidate (ext_id) where gone is null;

-- What people want linked, made on the other side, or kept apart; carried out by whoever runs the pipeline.
create table link_order (
  id uuid primary key,
  pipeline_id int not null references pipeline on delete cascade,
  kind text not null check (kind in ('link', 'create', 'apart')),
  -- of `create` and `apart`: the side of the record; of `link`: null
  side text check (side in ('A', 'B')),
  a_id text,
  b_id text,
  conflict_id uuid references conflict on delete cascade,
  by text not null,
  due_at timestamptz not null default now()
);
create index link_order_due on link_order (pipeline_id, due_at);

-- Pairs that a person has said are not the same.
create table do_not_relink (
  pipeline_id int not null references pipeline on delete cascade,
  a_id text not null,
  b_id text not null,
  by text not null,
  note text,
  -- neither of them is made on the other side by a rule
  stay boolean not null default false,
  at timestamptz not null default now(),
  primary key (pipeline_id, a_id, b_id)
);
create index do_not_relink_b on do_not_relink (pipeline_id, b_id);

create index unmatched_waiting on unmatched (pipeline_id, side, since, ext_id) where reason = 'waiting';
