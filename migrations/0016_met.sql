-- More records may wait to be matched than are looked at at once: of which of them the keys are known already. Those that wait now are met first.
alter table unmatched add column met boolean not null default false;
create index unmatched_unmet on unmatched (pipeline_id, side, since, ext_id) where reason = 'waiting' and not met;
