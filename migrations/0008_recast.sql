-- After a change of the mapping, what is kept of records is understood anew, link by link, before anything else is done: the revision that
-- it was kept under, and how far this has come.
alter table pipeline add recast_from int;
alter table pipeline add recast_position bigint;
