-- What is remembered of the columns a pipeline uses on a side: column -> {"identity": …, "lost": why}. `lost` while the column is not
-- there; the identity it had while the column came back or was made anew and the side is not compared again yet.
alter table side_state add column columns jsonb;
