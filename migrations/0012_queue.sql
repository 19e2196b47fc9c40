-- The queue: what waits for a person (conflicts, guards that tripped, halts), and what people add to it.

-- One row for each thing that was ever asked. What it is about stays where the engine writes it and is followed by triggers, in the
-- transaction that moves it: whatever opens, changes, closes or reopens a conflict, its row here says the same. The columns of people are
-- written by people alone.
create table review_item (
  -- of the conflict or the guard; a halt's own
  id uuid primary key,
  pipeline_id int not null references pipeline on delete cascade,
  subject text not null check (subject in ('conflict', 'guard', 'halt')),
  kind text not null,
  unit text not null,
  link_id bigint,
  -- of the conflict: what people were asked
  subject_rev int not null default 1,
  -- of a halt: why
  detail text,
  state text not null check (state in ('open', 'snoozed', 'held', 'closed')),
  opened_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  closed_at timestamptz,
  close_reason text,
  reopened int not null default 0,
  reopened_at timestamptz,

  -- moves with every setting below: two people cannot overwrite each other's unseen
  rev int not null default 1,
  -- 0: first. All keys of the order ascend, so that a page is one index range.
  urgency smallint not null default 2,
  urgency_by_person boolean not null default false,
  -- infinity: none
  due_at timestamptz not null default 'infinity',
  due_by text check (due_by in ('rule', 'person')),
  -- when four fifths of the time are used up, and when half as much again is
  risk_at timestamptz,
  escalate_at timestamptz,
  -- the revision whose rules gave urgency, due date and assignee; 0: none yet
  arranged_revision int not null default 0,
  assignee_id uuid references person,
  -- whose turn it is
  turn_id uuid references person,
  -- who is at work on it, until then
  lease_by uuid references person,
  lease_until timestamptz,
  -- null while snoozed: until it changes
  snoozed_until timestamptz,
  snoozed_by uuid references person,
  wake_on_change boolean not null default true,
  -- a second opinion that is waited for; asked_of null: of anybody
  asked_at timestamptz,
  asked_of uuid references person,
  asked_by uuid references person,
  asked_question text,
  comments int not null default 0,
  skips int not null default 0
);
create index review_item_queue on review_item (pipeline_id, urgency, due_at, id) where state in ('open', 'held');
create index review_item_snoozed on review_item (pipeline_id, urgency, due_at, id) where state = 'snoozed';
create index review_item_closed on review_item (pipeline_id, closed_at, id) where state = 'closed';
create index review_item_assignee on review_item (assignee_id, urgency, due_at, id) where state in ('open', 'held') and assignee_id is not null;
create index review_item_turn on review_item (turn_id) where turn_id is not null;
create index review_item_lease on review_item (lease_by) where lease_by is not null;
create index review_item_wake on review_item (snoozed_until) where snoozed_until is not null;
create index review_item_link on review_item (link_id) where link_id is not null;
create index review_item_changed on review_item (changed_at);
create index review_item_arrange on review_item (pipeline_id, arranged_revision) where state <> 'closed';
create index review_item_due on review_item (due_at) where state = 'open';
create index review_item_risk on review_item (risk_at) where state = 'open' and risk_at is not null;
create index review_item_escalate on review_item (escalate_at) where state = 'open' and escalate_at is not null;

-- What people said of an item and did to it: append-only.
create table review_note (
  id uuid primary key,
  item_id uuid not null references review_item on delete cascade,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  -- of the item, after it
  rev int not null,
  by_kind text not null check (by_kind in ('person', 'token', 'service')),
  by_name text not null,
  person_id uuid references person,
  -- whom it is about: the new assignee, who is asked, whose turn it is
  about_id uuid references person,
  text text,
  detail jsonb not null default '{}',
  -- when the mail about it was written
  told_at timestamptz
);
create index review_note_item on review_note (item_id, id);
create index review_note_untold on review_note (at) where told_at is null and kind in ('assigned', 'asked', 'opinion', 'escalated', 'turn');

-- Who does not want to be offered an item again for a while.
create table review_skip (
  item_id uuid not null references review_item on delete cascade,
  person_id uuid not null references person,
  at timestamptz not null,
  -- what was skipped: another version is offered again
  subject_rev int not null,
  primary key (item_id, person_id)
);

-- How many items there are of each sort. Added to by rows of their own, which nobody waits for, and folded into one from time to time:
-- the sum of both is exact at every moment.
create table review_tally (
  pipeline_id int not null,
  unit text not null,
  kind text not null,
  state text not null,
  urgency smallint not null,
  -- zero: nobody
  assignee_id uuid not null,
  n bigint not null,
  primary key (pipeline_id, unit, kind, state, urgency, assignee_id)
);
create table review_tally_change (
  id bigint generated always as identity primary key,
  pipeline_id int not null,
  unit text not null,
  kind text not null,
  state text not null,
  urgency smallint not null,
  assignee_id uuid not null,
  n bigint not null
);

create function review_tally_added() returns trigger language plpgsql as $$
begin
  insert into review_tally_change (pipeline_id, unit, kind, state, urgency, assignee_id, n)
  select pipeline_id, unit, kind, state, urgency, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'), count(*)
  from after_rows group by 1, 2, 3, 4, 5, 6;
  return null;
end $$;
create function review_tally_moved() returns trigger language plpgsql as $$
begin
  insert into review_tally_change (pipeline_id, unit, kind, state, urgency, assignee_id, n)
  select pipeline_id, unit, kind, state, urgency, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'), sum(n)
  from (select pipeline_id, unit, kind, state, urgency, assignee_id, 1 as n from after_rows
        union all select pipeline_id, unit, kind, state, urgency, assignee_id, -1 from before_rows) r
  group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0;
  return null;
end $$;
create function review_tally_removed() returns trigger language plpgsql as $$
begin
  insert into review_tally_change (pipeline_id, unit, kind, state, urgency, assignee_id, n)
  select pipeline_id, unit, kind, state, urgency, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'), -count(*)
  from before_rows group by 1, 2, 3, 4, 5, 6;
  return null;
end $$;
create trigger review_item_added after insert on review_item referencing new table as after_rows
  for each statement execute function review_tally_added();
create trigger review_item_moved after update on review_item referencing old table as before_rows new table as after_rows
  for each statement execute function review_tally_moved();
create trigger review_item_removed after delete on review_item referencing old table as before_rows
  for each statement execute function review_tally_removed();

-- The engine's view of a conflict is followed; what people set stays, but for what has lost its meaning: nobody is at work on what is
-- decided, nobody is asked about what is over, and what has changed or ended is not put off any more.
create function review_open_conflicts() returns trigger language plpgsql as $$
begin
  insert into review_item (id, pipeline_id, subject, kind, unit, link_id, subject_rev, state, urgency, opened_at, changed_at, closed_at, close_reason)
  select id, pipeline_id, 'conflict', kind, unit, link_id, rev, state, priority, opened_at, changed_at, closed_at, close_reason
  from after_rows;
  return null;
end $$;
create function review_follow_conflicts() returns trigger language plpgsql as $$
begin
  update review_item i
  set kind = c.kind, subject_rev = c.rev, changed_at = c.changed_at, closed_at = c.closed_at, close_reason = c.close_reason,
      state = case when c.state = 'open' and i.state = 'snoozed' and (c.rev = i.subject_rev or not i.wake_on_change) then 'snoozed' else c.state end,
      snoozed_until = case when c.state = 'open' and i.state = 'snoozed' and (c.rev = i.subject_rev or not i.wake_on_change) then i.snoozed_until end,
      rev = i.rev + case when i.state in ('snoozed', 'closed') and (c.state <> 'open' or i.state = 'closed' or (c.rev <> i.subject_rev and i.wake_on_change)) then 1 else 0 end,
      lease_by = case when c.state = 'open' then i.lease_by end,
      lease_until = case when c.state = 'open' then i.lease_until end,
      turn_id = case when c.state <> 'closed' then i.turn_id end,
      asked_at = case when c.state <> 'closed' then i.asked_at end,
      asked_of = case when c.state <> 'closed' then i.asked_of end,
      asked_by = case when c.state <> 'closed' then i.asked_by end,
      asked_question = case when c.state <> 'closed' then i.asked_question end,
      reopened = i.reopened + case when i.state = 'closed' and c.state <> 'closed' then 1 else 0 end,
      reopened_at = case when i.state = 'closed' and c.state <> 'closed' then c.changed_at else i.reopened_at end,
      -- the time for it begins anew
      arranged_revision = case when i.state = 'closed' and c.state <> 'closed' then 0 else i.arranged_revision end
  from after_rows c
  where i.id = c.id
    and (i.kind <> c.kind or i.subject_rev <> c.rev or i.close_reason is distinct from c.close_reason
      or case when i.state = 'snoozed' then 'open' else i.state end <> c.state);
  return null;
end $$;
create trigger conflict_opened after insert on conflict referencing new table as after_rows
  for each statement execute function review_open_conflicts();
create trigger conflict_followed after update on conflict referencing new table as after_rows
  for each statement execute function review_follow_conflicts();

create function review_follow_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into review_item (id, pipeline_id, subject, kind, unit, state, urgency, opened_at, changed_at, closed_at, close_reason)
    values (new.id, new.pipeline_id, 'guard', 'guard', '$guard', case new.state when 'open' then 'open' else 'closed' end, 0,
            new.opened_at, new.opened_at, new.closed_at, nullif(new.state, 'open'));
  elsif new.state is distinct from old.state then
    update review_item
    set state = case new.state when 'open' then 'open' else 'closed' end, closed_at = new.closed_at, close_reason = nullif(new.state, 'open'),
        changed_at = clock_timestamp(), rev = rev + 1, lease_by = null, lease_until = null, turn_id = null, snoozed_until = null,
        asked_at = null, asked_of = null, asked_by = null, asked_question = null
    where id = new.id;
  else
    return null;
  end if;
  perform pg_notify('accord_events', json_build_object('type', 'conflict', 'id', 'grd_' || new.id)::text);
  return null;
end $$;
create trigger guard_trip_followed after insert or update on guard_trip for each row execute function review_follow_guard();

create function review_follow_halt() returns trigger language plpgsql as $$
declare told uuid;
begin
  if new.state = 'halted' and old.state <> 'halted' then
    insert into review_item (id, pipeline_id, subject, kind, unit, state, urgency, detail)
    values (gen_random_uuid(), new.id, 'halt', 'halt', '$halt', 'open', 0, new.state_detail) returning id into told;
  elsif new.state = 'halted' and new.state_detail is distinct from old.state_detail then
    update review_item
    set detail = new.state_detail, subject_rev = subject_rev + 1, rev = rev + 1, changed_at = clock_timestamp(),
        state = case when state = 'snoozed' and wake_on_change then 'open' else state end,
        snoozed_until = case when state = 'snoozed' and wake_on_change then null else snoozed_until end
    where pipeline_id = new.id and subject = 'halt' and state <> 'closed' returning id into told;
  elsif new.state <> 'halted' and old.state = 'halted' then
    update review_item
    set state = 'closed', closed_at = clock_timestamp(), close_reason = 'resumed', changed_at = clock_timestamp(), rev = rev + 1,
        lease_by = null, lease_until = null, turn_id = null, snoozed_until = null,
        asked_at = null, asked_of = null, asked_by = null, asked_question = null
    where pipeline_id = new.id and subject = 'halt' and state <> 'closed' returning id into told;
  end if;
  if told is not null then
    perform pg_notify('accord_events', json_build_object('type', 'conflict', 'id', 'hlt_' || told)::text);
  end if;
  return null;
end $$;
create trigger pipeline_halt_followed after update on pipeline
  for each row when (old.state = 'halted' or new.state = 'halted') execute function review_follow_halt();

insert into review_item (id, pipeline_id, subject, kind, unit, link_id, subject_rev, state, urgency, opened_at, changed_at, closed_at, close_reason)
select id, pipeline_id, 'conflict', kind, unit, link_id, rev, state, priority, opened_at, changed_at, closed_at, close_reason from conflict;
insert into review_item (id, pipeline_id, subject, kind, unit, state, urgency, opened_at, changed_at, closed_at, close_reason)
select id, pipeline_id, 'guard', 'guard', '$guard', case state when 'open' then 'open' else 'closed' end, 0, opened_at, coalesce(closed_at, opened_at),
       closed_at, nullif(state, 'open') from guard_trip;
insert into review_item (id, pipeline_id, subject, kind, unit, state, urgency, detail)
select gen_random_uuid(), id, 'halt', 'halt', '$halt', 'open', 0, state_detail from pipeline where state = 'halted';

-- Whom the turn came to last, where items are given out in turn.
alter table pipeline add column last_assigned uuid;

-- Decisions that were made as one, and which undone decision one makes again.
alter table decision add column set_id uuid, add column redo_of uuid;
create index decision_set on decision (set_id) where set_id is not null;

-- Who answered: a program with a token is no person.
alter table guard_trip add column closed_by_kind text check (closed_by_kind in ('person', 'integration'));

-- What only this installation knows: the key that signs the cursors of its lists.
create table installation (
  id int primary key check (id = 1),
  cursor_key bytea not null
);
insert into installation values (1, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
