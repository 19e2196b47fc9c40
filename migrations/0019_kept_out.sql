-- Records that a person keeps out of sync, and single records that are to be read on both sides again.

-- Like a scope that does not hold on either side: seen, never written. The reason is in record_exclusion.
alter table link add column kept_out boolean not null default false;

create table record_exclusion (
  link_id bigint primary key references link on delete cascade,
  pipeline_id int not null references pipeline on delete cascade,
  reason text not null,
  by text not null,
  at timestamptz not null
);

-- Of one record only: it says nothing about the others, and is no certificate.
alter table verification add column link_id bigint;
drop index verification_open;
create unique index verification_open on verification (pipeline_id) where state in ('asked', 'running') and link_id is null;
create unique index verification_open_record on verification (pipeline_id, link_id) where state in ('asked', 'running') and link_id is not null;
drop index verification_listed;
create index verification_listed on verification (pipeline_id, id) where link_id is null;
create index verification_record on verification (link_id, id) where link_id is not null;
