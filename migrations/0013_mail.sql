-- Mail to people: what each wants to be told, what there is to tell them, and links in mails that answer a conflict.

-- As a person has said; whoever has said nothing is told what their roles suggest (notify/events.ts).
create table notify_preference (
  person_id uuid primary key references person on delete cascade,
  -- event -> instant, digest or off; an event that is absent is as the roles suggest
  modes jsonb not null default '{}',
  time_zone text not null default 'UTC',
  -- HH:MM in that zone; both or neither
  quiet_from text,
  quiet_to text,
  digest_minutes int not null default 30,
  daily_at text not null default '08:00'
);

-- Something that one recipient is to be told. New conflicts are not here: they are told from the conflicts themselves (mail_mark.upto),
-- so that a storm writes no row per person.
create table notice (
  id uuid primary key,
  -- a person's key, or an address of MAIL_TO
  recipient text not null,
  event text not null,
  pipeline_id int references pipeline on delete cascade,
  conflict_id uuid references conflict on delete cascade,
  facts jsonb not null default '{}',
  at timestamptz not null,
  told_at timestamptz
);
create index notice_waiting on notice (recipient, at) where told_at is null;

-- When a recipient was last written to about something, and up to where new conflicts were told.
create table mail_mark (
  recipient text not null,
  kind text not null,
  upto timestamptz not null,
  mailed_at timestamptz,
  primary key (recipient, kind)
);

-- A link in a mail that answers one conflict as it then was. The address carries a signature; here is what it was about.
create table answer_link (
  id uuid primary key,
  person_id uuid not null references person on delete cascade,
  conflict_id uuid not null references conflict on delete cascade,
  conflict_rev int not null,
  -- what the sides said then: key, label, value
  shown jsonb not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  decision_id uuid
);

-- Keys with which the service signs what it sends out. Made when first needed.
create table service_key (
  name text primary key,
  key bytea not null,
  created_at timestamptz not null default now()
);

-- Whom a one-time link is made for in the moment in which the mail is sent: a secret is never kept.
alter table mail_outbox add link_for uuid references person on delete cascade;
alter table pipeline add pause_told_at timestamptz;
alter table side_state add pause_told_at timestamptz;
create index conflict_told on conflict (notified_at) where state = 'open' and notified_at is not null;

-- What somebody wrote: told to whose turn it is, or whose it is to decide.
create index review_note_untold_comment on review_note (at) where told_at is null and kind = 'comment';
