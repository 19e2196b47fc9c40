-- Fields that point to records which another pipeline (or the same one) links. Declared by the pipelines as they start.
create table reference (
  pipeline_id int not null references pipeline on delete cascade,
  unit text not null,
  target_id int not null references pipeline on delete cascade,
  primary key (pipeline_id, unit)
);
create index reference_target on reference (target_id);

-- Who points to what: one row for each record that the registers of a reference name, 'rec_<link>' or, while it is not linked, '<side>:<id>'.
create table reference_use (
  link_id bigint not null,
  unit text not null,
  target text not null,
  pipeline_id int not null,
  target_id int not null,
  primary key (link_id, unit, target)
);
create index reference_use_target on reference_use (target_id, target);

-- Newcomers that cannot be made on the other side before the record that they point to is there.
create table reference_newcomer (
  pipeline_id int not null references pipeline on delete cascade,
  side text not null check (side in ('A', 'B')),
  ext_id text not null,
  target_id int not null,
  target text not null,
  primary key (pipeline_id, side, ext_id, target_id, target)
);
create index reference_newcomer_target on reference_newcomer (target_id, target);

-- Something became of these targets: whoever points to them is looked at again. Whoever stores that it waits holds the lock shared and looks
-- once more before it commits, so that neither is missed, whichever commits first.
create function wake_referrers(of int, targets text[]) returns void language plpgsql as $$
declare woken int;
begin
  perform pg_advisory_xact_lock(1094927186, of);
  for woken in
    with due as (
      insert into push_due (link_id, pipeline_id, reason)
      select distinct on (u.link_id) u.link_id, u.pipeline_id, 'reference'
      from unnest(targets) as t(target) join reference_use u on u.target_id = of and u.target = t.target
      order by u.link_id
      on conflict (link_id) do update set due_at = clock_timestamp(), reason = excluded.reason
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

create function link_wakes_referrers() returns trigger language plpgsql as $$
declare of int;
begin
  if tg_op = 'UPDATE' then
    delete from reference_use u using moved m where u.link_id = m.id and m.state not in ('live', 'creating');
  end if;
  for of in select distinct m.pipeline_id from moved m where exists (select from reference r where r.target_id = m.pipeline_id) order by 1 loop
    perform wake_referrers(of, array(
      select t.target from moved m cross join lateral (values ('A:' || m.a_id), ('B:' || m.b_id), ('rec_' || m.id)) as t(target)
      where m.pipeline_id = of and t.target is not null));
  end loop;
  return null;
end $$;
create trigger link_made after insert on link referencing new table as moved for each statement execute function link_wakes_referrers();
create trigger link_moved after update on link referencing new table as moved for each statement execute function link_wakes_referrers();

-- A record is there on the other side once the write that makes it has been acknowledged.
create function created_wakes_referrers() returns trigger language plpgsql as $$
begin
  if exists (select from reference where target_id = new.pipeline_id) then
    perform wake_referrers(new.pipeline_id, array(select 'rec_' || (e ->> 'l') from jsonb_array_elements(new.payload) as e));
  end if;
  return null;
end $$;
create trigger created_settled after update on attempt_batch for each row
  when (new.kind = 'create' and new.state in ('acked', 'dead') and old.state is distinct from new.state)
  execute function created_wakes_referrers();

-- A record whose deletion waits because others point to it is looked at again when they do so no more. Whoever lets it wait has counted
-- them under the lock.
create function use_wakes_deleted() returns trigger language plpgsql as $$
declare one record;
begin
  perform pg_advisory_xact_lock_shared(1094927187, d.target_id) from (select distinct target_id from gone where target like 'rec\_%') d;
  for one in
    with due as (
      insert into push_due (link_id, pipeline_id, reason)
      select distinct on (s.link_id) s.link_id, s.pipeline_id, 'reference'
      from gone g join shadow s on s.link_id = substr(g.target, 5)::bigint
      where g.target like 'rec\_%' and s.open ? '$life'
      order by s.link_id
      on conflict (link_id) do update set due_at = clock_timestamp(), reason = excluded.reason
      returning pipeline_id
    ) select distinct pipeline_id from due
  loop
    perform pg_notify('accord_wake', one.pipeline_id::text);
  end loop;
  return null;
end $$;
create trigger reference_use_gone after delete on reference_use referencing old table as gone
  for each statement execute function use_wakes_deleted();
