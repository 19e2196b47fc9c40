/** Everything that Accord puts on a customer's database is in this schema, but for the triggers on the tables themselves. */
export const schemaName = 'accord';

/** A sequence at or above this value: the log was full and stopped itself; what stood before is the value less this. */
export const stopped = 2 ** 52;

/** Entries of one segment before the trigger turns to the other. A power of two: the trigger picks by one bit. */
export const segmentEntries = 65_536;

/** A log may grow to this size on the customer's disk; then it stops and a gap is reported. Stored per table, a DBA may change it. */
export const defaultMaxBytes = 2 * 1024 ** 3;

/** A consumer that has not been heard of for this long holds back no purge; when it returns it finds a gap. */
export const forgetAfterDays = 7;

export interface LogNames {
  readonly log: string;
  readonly segments: readonly [string, string];
  readonly sequence: string;
  readonly rowFunction: string;
}

/** Named by the table's oid: names of tables can be long, and change. */
export function logNames(oid: number): LogNames {
  const log = `${schemaName}.log_${oid}`;
  return {
    log,
    segments: [`${log}_0`, `${log}_1`],
    sequence: `${log}_seq`,
    rowFunction: `${schemaName}.capture_${oid}`,
  };
}

/** Of the whole database. `applied` is the fence of write batches; the others exist where something is captured by log. */
export const fenceTables = `
do $$ begin
  -- Even "if not exists" asks for the right to create one, which an account may lack where an administrator made the schema.
  if to_regnamespace('${schemaName}') is null then create schema ${schemaName}; end if;
end $$;
create table if not exists ${schemaName}.applied (
  consumer text not null,
  batch_id bigint not null,
  dead boolean not null default false,
  xid xid8 not null default pg_current_xact_id(),
  position bigint not null default 0,
  exceptions text,
  at timestamptz not null default clock_timestamp(),
  primary key (consumer, batch_id)
);
create table if not exists ${schemaName}.consumer (
  consumer text not null,
  relid oid not null,
  mode text not null,
  columns text[] not null,
  attnums int2[] not null,
  actor_column text,
  low bigint not null default 0,
  seen_at timestamptz not null default clock_timestamp(),
  primary key (consumer, relid)
);
create table if not exists ${schemaName}.capture (
  relid oid primary key,
  log_id text not null default gen_random_uuid()::text,
  definition text not null,
  triggers int not null,
  -- Entries up to here were removed before everyone had read them.
  floor bigint not null default 0,
  -- Transactions below this one may have changed rows without an entry. Null with a floor: not known yet.
  gap_before xid8,
  max_bytes bigint not null
);`;

export function createLog(oid: number): string {
  const { log, segments, sequence } = logNames(oid);
  const segment = (name: string) =>
    `create table if not exists ${name} () inherits (${log}); create index if not exists log_${oid}_${name.slice(-1)}_order on ${name} (seq);`;
  return `
create sequence if not exists ${sequence} cache 1;
create table if not exists ${log} (
  seq bigint not null,
  xid xid8 not null default pg_current_xact_id(),
  op "char" not null,
  depth int2 not null,
  id text,
  old_id text,
  -- Members of a JSON object, each with a comma before it.
  before text,
  after text,
  actor text,
  role name,
  application text,
  writer text,
  batch text,
  own boolean not null default false,
  at timestamptz not null default clock_timestamp()
);
${segments.map(segment).join('\n')}
alter sequence ${sequence} owned by ${log}.seq;
-- A sequence that was never used shows the value that its first entry would get.
select nextval('${sequence}');`;
}

export function dropLog(oid: number): string {
  const { log, rowFunction } = logNames(oid);
  return `drop function if exists ${rowFunction}() cascade; drop table if exists ${log} cascade;`;
}

/** What our write transactions say about themselves: whose they are, on which table. Empty for everyone else's. */
export const ownSetting = 'accord.own';
export const batchSetting = 'accord.batch';

export function ownMark(oid: number, consumer: string): string {
  return `${oid}:${consumer}`;
}
