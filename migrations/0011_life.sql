-- Sides on which a linked record is out of scope; null: it takes part. Derived from its registers, kept for lists and counts.
alter table link add excluded text check (excluded in ('A', 'B', 'AB'));
create index link_excluded on link (pipeline_id, id) where excluded is not null;

alter table verification_difference drop constraint verification_difference_reason_check;
alter table verification_difference add constraint verification_difference_reason_check
  check (reason in ('conflict', 'blocked', 'in-flight', 'policy', 'scope', 'unknown'));
