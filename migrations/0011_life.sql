-- Sides on which a linked record is out of scope; null: it takes part. Derived from its registers, kept for lists and counts.
alter table link add excluded text check (excluded in ('A', 'B', 'AB'));
create index link_excluded on link (pipeline_id, id) where excluded is not null;

alter table verification_difference drop constraint verification_difference_reason_check;
alter table verification_difference add constraint verification_difference_reason_check
  check (reason in ('conflict', 'blocked', 'in-flight', 'policy', 'scope', 'unknown'));

-- When a link ended; tombstones of deleted records are kept from here for so long. What had ended before is kept from now on.
alter table link add ended_at timestamptz;
update link set ended_at = now() where state in ('deleted', 'unlinked');
create index link_tombstone on link (pipeline_id, ended_at) where state = 'deleted';

-- How many records the first load may make on a side in a time, `500/s`; null: no limit. From the file, until somebody changes it.
alter table load_report add rate_a text;
alter table load_report add rate_b text;
