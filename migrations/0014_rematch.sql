-- After a change of what records are matched by, the keys of all that are not linked are made out anew before any of them is decided: the
-- side, and the last record of it, that this has come to.
alter table pipeline add rematch_side text check (rematch_side in ('A', 'B'));
alter table pipeline add rematch_after text;
