-- What ran out of time while it was put off is told when it is back: since when it was, and the last step of its deadline that passed meanwhile.
alter table review_item add column snoozed_at timestamptz, add column overslept text check (overslept in ('risk', 'due', 'escalate'));
update review_item set snoozed_at = changed_at where state = 'snoozed';
create index review_item_overslept on review_item (id) where overslept is not null;

create function review_slept() returns trigger language plpgsql as $$
declare at timestamptz := clock_timestamp();
begin
  if new.state = 'snoozed' then
    new.snoozed_at := at;
  else
    if new.state = 'open' then
      new.overslept := case
        when new.escalate_at > old.snoozed_at and new.escalate_at <= at then 'escalate'
        when new.due_at > old.snoozed_at and new.due_at <= at then 'due'
        when new.risk_at > old.snoozed_at and new.risk_at <= at then 'risk'
      end;
    end if;
    new.snoozed_at := null;
  end if;
  return new;
end $$;
create trigger review_item_slept before update of state on review_item for each row
  when (old.state <> new.state and (old.state = 'snoozed' or new.state = 'snoozed')) execute function review_slept();
