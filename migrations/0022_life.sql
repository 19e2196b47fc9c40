-- Something became of the record that this one points to, or of who points to it, and what a side has refused for that reason is tried
-- once more. Unlike the reason, which is what a person reads, it stays until the record has been looked at with no write on its way.
alter table push_due add column woken boolean not null default false;

create or replace function wake_referrers(of int, targets text[]) returns void language plpgsql as $$
declare woken int;
begin
  perform pg_advisory_xact_lock(1094927186, of);
  for woken in
    with due as (
      insert into push_due (link_id, pipeline_id, reason, woken)
      select distinct on (u.link_id) u.link_id, u.pipeline_id, 'reference', true
      from unnest(targets) as t(target) join reference_use u on u.target_id = of and u.target = t.target
      order by u.link_id
      on conflict (link_id) do update set due_at = clock_timestamp(), reason = excluded.reason, woken = true
      returning pipeline_id
    ), newcomers as (
      delete from reference_newcomer n using unnest(targets) as t(target) where n.target_id = of and n.target = t.target
      returning n.pipeline_id, n.side, n.ext_id
    ), waiting as (
      update unmatched m set reason = 'waiting', detail = null, met = false from newcomers n
      where m.pipeline_id = n.pipeline_id and m.side = n.side and m.ext_id = n.ext_id and m.reason = 'not-created'
      returning m.pipeline_id
    )
    select pipeline_id from due union select pipeline_id from waiting
  loop
    perform pg_notify('accord_wake', woken::text);
  end loop;
end $$;

create or replace function use_wakes_deleted() returns trigger language plpgsql as $$
declare one record;
begin
  perform pg_advisory_xact_lock_shared(1094927187, d.target_id) from (select distinct target_id from gone where target like 'rec\_%') d;
  for one in
    with due as (
      insert into push_due (link_id, pipeline_id, reason, woken)
      select distinct on (s.link_id) s.link_id, s.pipeline_id, 'reference', true
      from gone g join shadow s on s.link_id = substr(g.target, 5)::bigint
      where g.target like 'rec\_%' and s.open ? '$life'
      order by s.link_id
      on conflict (link_id) do update set due_at = clock_timestamp(), reason = excluded.reason, woken = true
      returning pipeline_id
    ) select distinct pipeline_id from due
  loop
    perform pg_notify('accord_wake', one.pipeline_id::text);
  end loop;
  return null;
end $$;

-- What came of late is found without an index that every row would pay for: rows are appended in the order of their time.
create index lineage_recent on lineage using brin (recorded_at);

-- What became of an order to link two records that was given outside of any question. A person is told of one that could not be carried out.
alter table link_order add column person_id uuid;
create table link_order_end (
  id uuid primary key,
  pipeline_id int not null references pipeline on delete cascade,
  a_id text not null,
  b_id text not null,
  by text not null,
  person_id uuid,
  state text not null check (state in ('linked', 'void')),
  why text not null,
  ended_at timestamptz not null default now(),
  told_at timestamptz
);
create index link_order_end_at on link_order_end (ended_at);
create index link_order_end_untold on link_order_end (ended_at) where state = 'void' and told_at is null;
