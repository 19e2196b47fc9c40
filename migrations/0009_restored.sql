-- A side that was restored from a backup: asked what is right, and what a person answered until it was carried out.
alter table side_state add restored text check (restored in ('ask', 'give-back', 'take'));
-- Accord's own database was restored from a backup: both sides are compared record by record before anything else is done.
alter table pipeline add reunite boolean not null default false;
