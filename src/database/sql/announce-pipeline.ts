import type { QueryResultRow } from 'pg';
import type { Statement } from './statement.js';

/** Wakes the engine and tells the screens that something was done to a pipeline; heard when the transaction commits. Parameters: name. */
export const announcePipeline: Statement<QueryResultRow> = {
  name: 'announce_pipeline',
  text: `
  select pg_notify('accord_wake', id::text),
         pg_notify('accord_events', json_build_object('type', 'pipeline', 'id', id::text)::text)
  from pipeline where name = $1`,
};
