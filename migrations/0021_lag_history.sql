-- How far each side was behind, at most, in every minute: for the chart of the last days. 14 days of two sides are 40,000 narrow rows a pipeline.
create table lag_minute (
  pipeline_id int not null references pipeline on delete cascade,
  at timestamptz not null,
  side text not null check (side in ('A', 'B')),
  seconds double precision not null,
  primary key (pipeline_id, at, side)
);
-- For what is dropped when it is old.
create index lag_minute_at on lag_minute (at);
