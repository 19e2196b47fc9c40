import { logNames, schemaName } from './log-schema.js';
import { isOurTrigger } from './trigger-sql.js';

/** Values before and after that one page may hold, in bytes; the row that crosses the bound is still in it. */
export const pageBytes = 16 * 2 ** 20;

/** How much further a page of whole transactions may go to end behind a record. */
export const wholeFactor = 4;

/** `full`: with this entry the page has reached its bytes. */
export type EntryRow = [
  seq: string,
  xid: string,
  op: string,
  id: string | null,
  oldId: string | null,
  before: string | null,
  after: string | null,
  actor: string | null,
  role: string | null,
  batch: string | null,
  depth: string,
  at: string,
  full: 't' | 'f',
];

const columnCount = 13;
const headCount = 7;

export interface LogStatements {
  /** What can be told without reading an entry. */
  readonly head: string;
  /** The newest entry and a transaction id, both on disk. */
  readonly marker: string;
  /** Head and entries in their order. Window; behind, up to (or null), transactions left out, most rows, most bytes. */
  readonly page: string;
  /** Head and entries of one transaction, record by record. Window; transaction, first, last, by record, behind place and seq, most rows, most bytes. */
  readonly whole: string;
  /** Transactions that touch a record more than once. Window; behind, the longest that is not listed one by one. */
  readonly survey: string;
  /** Which of these transactions touch a record again. Window; behind, up to, transactions, (transaction, record) pairs in two arrays, transactions of any record. */
  readonly reappearing: string;
}

/**
 * Reads of one table's log. The window, parameters 1 to 7 of each, is what one snapshot sees and another does not: cursor's snapshot,
 * the frozen one (or null: the statement's own), floor, running transactions and their floors, our mark, the newest transaction (or null).
 */
export function logStatements(oid: number): LogStatements {
  const { log, sequence } = logNames(oid);
  const head = `select pg_current_snapshot()::text, (select last_value from ${sequence})::text,
      case when pg_is_in_recovery() then '' else substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end,
      c.log_id, c.floor::text, c.gap_before::text,
      (c.triggers = (select count(*) from pg_trigger where tgrelid = ${oid} and tgenabled = 'A' and ${isOurTrigger}))::text
      from ${schemaName}.capture c where c.relid = ${oid}`;
  const inWindow = `seq > least($3::bigint, (select min(floor) from unnest($4::xid8[], $5::bigint[]) late(xid, floor)
                                      where pg_visible_in_snapshot(xid, coalesce($2::pg_snapshot, pg_current_snapshot()))))
         and not pg_visible_in_snapshot(xid, $1::pg_snapshot)
         and ($7::xid8 is null or xid <= $7::xid8)
         and ($2::pg_snapshot is null or pg_visible_in_snapshot(xid, $2::pg_snapshot))
         and not (own and writer = $6)`;
  const entry = `seq::text, xid::text, op::text, id, old_id, before, after, actor, role || ' ' || application, case when writer = $6 then batch end, depth::text,
              (date_part('epoch', at) * 1000)::text`;
  // The length of a value that is stored out of line is known without reading it.
  const size = 'coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) as size';
  // `union all` puts the head before the entries, in one statement and so under one snapshot.
  const withHead = (entries: string) =>
    `select h.*, ${Array.from({ length: columnCount - headCount }, () => 'null').join(', ')} from (${head}) h
      union all
      (${entries})`;
  return {
    head,
    // In this order: the value is read, the id is taken; with the commit both are on disk.
    marker: `select last_value::text, pg_current_xact_id()::text, pg_logical_emit_message(true, 'accord', '') from ${sequence}`,
    page: withHead(`select ${entry}, read >= $12::bigint
       from (select *, sum(size) over (order by seq rows unbounded preceding) as read
             from (select *, ${size} from ${log}
                   where ${inWindow} and seq > $8::bigint and ($9::bigint is null or seq <= $9::bigint) and xid <> all($10::xid8[])
                   order by seq limit $11::int) most) page
       where read - size < $12::bigint order by page.seq`),
    whole: withHead(`select ${entry}, not last
       from (select seq, place, nth, sent, last, min(sent) over record as record_sent, min(nth) over record as record_nth
             from (select seq, place, sum(size) over page - size as sent, row_number() over page as nth, lead(seq) over page is null as last
                   from (select seq, case when $11::boolean then coalesce(id, '') else '' end collate "C" as place, ${size} from ${log}
                         where ${inWindow} and xid = $8::xid8 and seq between $9::bigint and $10::bigint
                           and (case when $11::boolean then coalesce(id, '') else '' end collate "C", seq) > ($12::text, $13::bigint)
                         order by 2, 1 limit $14::int * ${wholeFactor} + 1) most
                   window page as (order by place, seq rows unbounded preceding)) sized
             window record as (partition by place)) page
       join ${log} using (seq)
       where record_nth <= $14::int and record_sent < $15::bigint and nth <= $14::int * ${wholeFactor} and sent < $15::bigint * ${wholeFactor}
       order by place, page.seq`),
    survey: `select coalesce(max(last - first) filter (where last - first <= $9::bigint), 0)::text,
        coalesce(json_agg(json_build_array(xid::text, first, last, rekeys)) filter (where last - first > $9::bigint), '[]')::text
      from (select xid, min(first) as first, max(last) as last, bool_or(rekeys) as rekeys
            from (select xid, id, min(seq) as first, max(seq) as last, bool_or(op = 'K') as rekeys, count(*) as n
                  from ${log} where ${inWindow} and seq > $8::bigint group by xid, id) record
            group by xid
            having max(n) filter (where id is not null) > 1 or bool_or(rekeys) and sum(n) > 1) again`,
    reappearing: `select xid::text, max(seq)::text, bool_or(op = 'K')::text
      from ${log}
      where ${inWindow} and seq > $8::bigint and seq <= $9::bigint and xid = any($10::xid8[])
      group by xid
      having bool_or((xid, id) in (select * from unnest($11::xid8[], $12::text[]))) or bool_or(op = 'K') or xid = any($13::xid8[])`,
  };
}
