-- A record whose deletion waits is counted as pointed to under every name that it has or had (an id of a side, an earlier one, its link);
-- whoever stops pointing to it under any of them wakes it.
create or replace function use_wakes_deleted() returns trigger language plpgsql as $$
declare one record;
begin
  perform pg_advisory_xact_lock_shared(1094927187, d.target_id) from (select distinct target_id from gone order by 1) d;
  for one in
    with named as (
      select substr(target, 5)::bigint as link_id from gone where target like 'rec\_%'
      union
      select l.id from gone g join link l on l.pipeline_id = g.target_id and l.a_id = substr(g.target, 3) and l.state in ('live', 'creating')
      where g.target like 'A:%'
      union
      select l.id from gone g join link l on l.pipeline_id = g.target_id and l.b_id = substr(g.target, 3) and l.state in ('live', 'creating')
      where g.target like 'B:%'
      union
      select x.link_id from gone g join link_alias x on x.pipeline_id = g.target_id and x.side = left(g.target, 1) and x.ext_id = substr(g.target, 3)
      where g.target like '_:%'
    ), due as (
      insert into push_due (link_id, pipeline_id, reason, woken)
      select s.link_id, s.pipeline_id, 'reference', true from named n join shadow s on s.link_id = n.link_id where s.open ? '$life'
      order by s.link_id
      on conflict (link_id) do update set due_at = clock_timestamp(), reason = excluded.reason, woken = true
      returning pipeline_id
    ) select distinct pipeline_id from due
  loop
    perform pg_notify('accord_wake', one.pipeline_id::text);
  end loop;
  return null;
end $$;
