import type { Column, Table } from './catalog.js';
import { pinnedSettings } from './column-type.js';
import { quoteName, quoteText } from './identifiers.js';
import {
  batchSetting,
  logNames,
  ownMark,
  ownSetting,
  schemaName,
  segmentEntries,
  stopped,
} from './log-schema.js';
import { idExpression } from './record-id.js';

export interface CaptureDefinition {
  readonly table: Table;
  /** Union of what the consumers asked for. */
  readonly columns: readonly Column[];
  readonly actorColumn: Column | null;
  readonly consumers: readonly string[];
}

/**
 * Triggers fire in the order of their names, and '!' sorts before letters: our entry of a statement is written before another AFTER
 * trigger (or a foreign key's cascade) changes the same rows again.
 */
const triggerPrefix = '!accord_capture';

/**
 * The trigger function of one table. One generated IF per column: a generic JSON difference costs three times as much.
 *
 * - It must never break the customer's statement, nor lose a change: reading the columns is fenced by an exception block (a column
 *   may have been renamed or retyped), and a row that cannot be read leaves an entry `S`, reported as a gap. The block writes
 *   nothing, so that it uses no transaction id.
 * - SECURITY DEFINER: those who write to the table need no right on the log, and cannot forge entries. The search path is pinned
 *   because of that; the text settings only where a column's text form depends on them.
 * - A full log stops itself (once per segment it looks at its size) rather than fill the customer's disk.
 */
export function rowFunction(definition: CaptureDefinition): string {
  const { table, columns, actorColumn } = definition;
  const names = logNames(table.oid);
  const changed = columns.map((column) => changedColumn(column)).join('\n');
  const all = (row: 'old' | 'new') =>
    columns.map((column) => `${jsonKey(column)} || ${jsonText(column, row)}`).join(' || ') || `''`;
  const actor = (row: 'old' | 'new') =>
    actorColumn === null ? '' : `actor := ${row}.${actorColumn.quoted}::text;`;
  const keyChanged = table.key.map((column) => differs(column)).join(' or ');
  const said = `current_setting('accord.actor', true)`;
  const insertEntry = (segment: string) => `
    insert into ${segment} (seq, op, depth, id, old_id, before, after, actor, role, application, writer, batch, own)
    values (position, operation, pg_trigger_depth(), id, old_id, before, after, ${actorColumn === null ? said : `coalesce(nullif(${said}, ''), actor)`},
      session_user, current_setting('application_name'), current_setting('${ownSetting}', true), current_setting('${batchSetting}', true), tg_nargs = 1);`;
  return `
create or replace function ${names.rowFunction}() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp ${functionSettings(definition)}as $accord$
#variable_conflict use_variable
declare
  position bigint;
  operation "char" := 'U';
  id text;
  old_id text;
  before text := '';
  after text := '';${actorColumn === null ? '' : '\n  actor text;'}
begin
  begin
    if tg_op = 'UPDATE' then
${changed}
      if ${keyChanged} then
        operation := 'K';
        old_id := ${idExpression(table.key, 'old')};
      elsif after = '' then
        return null;
      end if;
      id := ${idExpression(table.key, 'new')};
      ${actor('new')}
    elsif tg_op = 'INSERT' then
      operation := 'I';
      id := ${idExpression(table.key, 'new')};
      after := ${all('new')};
      ${actor('new')}
    elsif tg_op = 'DELETE' then
      operation := 'D';
      id := ${idExpression(table.key, 'old')};
      before := ${all('old')};
      ${actor('old')}
    else
      operation := 'T';
    end if;
  exception when others then
    operation := 'S';
    after := ',"error":' || to_json(sqlstate || ' ' || sqlerrm)::text;
    before := '';
  end;
  position := nextval('${names.sequence}'::regclass);
  if position >= ${stopped} then return null; end if;
  if position & ${segmentEntries - 1} = 0 then
    if pg_total_relation_size('${names.segments[0]}'::regclass) + pg_total_relation_size('${names.segments[1]}'::regclass)
        > (select max_bytes from ${schemaName}.capture where relid = ${table.oid}) then
      perform setval('${names.sequence}'::regclass, ${stopped} + position);
      return null;
    end if;
  end if;
  if position & ${segmentEntries} = 0 then${insertEntry(names.segments[0])}
  else${insertEntry(names.segments[1])}
  end if;
  return null;
end
$accord$;`;
}

/** Only what a captured column's text form depends on: every pinned setting costs each row about half a microsecond. */
function functionSettings({ table, columns, actorColumn }: CaptureDefinition): string {
  const read = [...columns, ...table.key, ...(actorColumn === null ? [] : [actorColumn])];
  const settings = new Set(read.flatMap((column) => column.type.settings));
  return [...settings].map((name) => `set ${name} = ${quoteText(pinnedSettings[name] ?? '')} `).join('');
}

function jsonKey(column: Column): string {
  return quoteText(`,${JSON.stringify(column.name)}:`);
}

function jsonText(column: Column, row: 'old' | 'new'): string {
  return `coalesce(to_json(${row}.${column.quoted}::text)::text, 'null')`;
}

/** By the type's own equality where that is equality of the text; else by the text. */
function differs(column: Column): string {
  const side = (row: string) =>
    `${row}.${column.quoted}${column.type.exactEquality ? '' : '::text collate "C"'}`;
  return `${side('new')} is distinct from ${side('old')}`;
}

function changedColumn(column: Column): string {
  const add = (target: string, row: 'old' | 'new') =>
    `${target} := ${target} || ${jsonKey(column)} || ${jsonText(column, row)};`;
  return `      if ${differs(column)} then ${add('before', 'old')} ${add('after', 'new')} end if;`;
}

/**
 * The triggers, as statements to run one after the other. `*<>` compares the rows' bytes: it works for types without equality
 * (json) and sees an edit of case under citext. Conditions name no column, or the customer could not alter one.
 *
 * Our own writes are skipped without calling the function, but only at the top level: what the side's own triggers and cascades do
 * inside our transaction is logged. With several consumers a write of one is news for the others: it is logged and marked as own.
 */
export function triggerStatements(definition: CaptureDefinition): readonly string[] {
  const { table, consumers } = definition;
  const own = `coalesce(current_setting('${ownSetting}', true), '')`;
  const [only] = consumers;
  const mine =
    consumers.length === 1 && only !== undefined
      ? `${own} = ${quoteText(ownMark(table.oid, only))}`
      : `${own} like '${table.oid}:%'`;
  const foreign = `(not (${mine}) or pg_trigger_depth() > 0)`;
  const rowDiffers = 'old.* operator(pg_catalog.*<>) new.*';
  const trigger = (suffix: string, events: string, condition: string, argument = '') =>
    create(
      table,
      `${triggerPrefix}_${suffix}`,
      `after ${events}`,
      `for each row when (${condition}) `,
      argument,
    );
  return [
    trigger('update', 'update', `${rowDiffers} and ${foreign}`),
    trigger('row', 'insert or delete', foreign),
    ...(consumers.length === 1
      ? []
      : [
          trigger('own_update', 'update', `${rowDiffers} and not ${foreign}`, `'own'`),
          trigger('own_row', 'insert or delete', `not ${foreign}`, `'own'`),
        ]),
    create(table, `${triggerPrefix}_truncate`, 'after truncate', 'for each statement ', ''),
  ].flat();
}

/** ALWAYS: an ordinary trigger is bypassed by sessions that replicate (`session_replication_role = replica`). */
function create(table: Table, name: string, when: string, how: string, argument: string): readonly string[] {
  return [
    `create trigger ${quoteName(name)} ${when} on ${table.qualified} ${how}execute function ${logNames(table.oid).rowFunction}(${argument})`,
    `alter table ${table.qualified} enable always trigger ${quoteName(name)}`,
  ];
}

export const isOurTrigger = `tgname like '!accord\\_capture\\_%' and not tgisinternal`;
