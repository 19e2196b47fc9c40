import { quoteName } from './identifiers.js';

/** What Accord puts on a server for a database is in a database beside it, but for the triggers on the tables themselves. */
export function schemaName(database: string): string {
  return `accord_${database}`.slice(0, 64);
}

/** A table of it, as SQL. */
export function inSchema(database: string, table: string): string {
  return `${quoteName(schemaName(database))}.${quoteName(table)}`;
}

/** A consumer that has not been heard of for this long holds back no purge; when it returns it finds a gap. */
export const forgetAfterDays = 7;

/**
 * Most numbers that a log hands out before somebody has read, and purged, what came before: about 1 GB of ordinary entries. Whoever edits
 * beyond that leaves no entry (trigger-sql.ts), and the next reader reads the whole table instead (log-restart.ts).
 */
export const mostEntries = 4_000_000;

export function logName(database: string, capture: number): string {
  return inSchema(database, `log_${capture}`);
}

/** Names of triggers are unique in a database, and a table's own name may be too long to be part of one. */
export function triggerName(capture: number, event: 'insert' | 'update' | 'delete'): string {
  return `accord_${capture}_${event}`;
}

/** `applied` is the fence of write batches; the others say what is captured by log, and for whom. */
export function fenceTables(database: string): readonly string[] {
  return [
    `create database if not exists ${quoteName(schemaName(database))} character set utf8mb4 collate utf8mb4_bin`,
    `create table if not exists ${inSchema(database, 'applied')} (
    consumer varchar(300) not null,
    batch_id bigint unsigned not null,
    dead boolean not null default false,
    position bigint unsigned not null default 0,
    exceptions longtext,
    at timestamp(6) not null default current_timestamp(6),
    primary key (consumer, batch_id)
  ) engine = InnoDB`,
    `create table if not exists ${inSchema(database, 'capture')} (
    id int unsigned not null auto_increment primary key,
    table_schema varchar(64) not null,
    table_name varchar(64) not null,
    log_id varchar(40) not null,
    definition char(64) not null default '',
    -- Entries up to here were removed before everyone had read them, or were not made.
    floor bigint unsigned not null default 0,
    unique key (table_schema, table_name)
  ) engine = InnoDB`,
    `create table if not exists ${inSchema(database, 'consumer')} (
    consumer varchar(300) not null,
    table_schema varchar(64) not null,
    table_name varchar(64) not null,
    mode varchar(10) not null,
    -- JSON array of names.
    columns longtext not null,
    actor_column varchar(64),
    low bigint unsigned not null default 0,
    seen_at timestamp(6) not null default current_timestamp(6),
    primary key (consumer, table_schema, table_name)
  ) engine = InnoDB`,
  ];
}

/**
 * `op`: I, U, K (the key changed), D; S: a change that could not be read; W: one of our writes ends here; X: a number that a reader has
 * taken, because nobody had used it (log-capture.ts).
 */
export function createLog(database: string, capture: number): string {
  return `create table if not exists ${logName(database, capture)} (
    seq bigint unsigned not null auto_increment primary key,
    op char(1) not null,
    tx varchar(80) not null default '',
    id longtext,
    old_id longtext,
    -- Members of a JSON object, each with a comma before it.
    was longtext,
    stands longtext,
    actor text,
    account varchar(400),
    writer varchar(400),
    batch varchar(20),
    own boolean not null default false,
    at datetime(6) not null default utc_timestamp(6)
  ) engine = InnoDB character set utf8mb4 collate utf8mb4_bin`;
}

/** What our write transactions say about themselves: whose they are, on which table. NULL for everyone else's. */
export const ownVariable = '@accord_own';
export const batchVariable = '@accord_batch';
/** What an application may say: who is editing. */
export const actorVariable = '@accord_actor';

export function ownMark(capture: number, consumer: string): string {
  return `${capture}:${consumer}`;
}
