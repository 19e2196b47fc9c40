import type { Column, Table } from './catalog.js';
import { quoteName, quoteText } from './identifiers.js';
import { textOf } from './item-source.js';
import {
  actorVariable,
  batchVariable,
  inSchema,
  logName,
  mostEntries,
  ownMark,
  ownVariable,
  triggerName,
} from './log-schema.js';

export interface CaptureDefinition {
  readonly capture: number;
  readonly table: Table;
  /** Union of what the consumers asked for. */
  readonly columns: readonly Column[];
  readonly actorColumn: Column | null;
  readonly consumers: readonly string[];
}

const events = ['insert', 'update', 'delete'] as const;
type Event = (typeof events)[number];

/** Statements of a session that end a transaction, or may; too many cost nothing but a finer grouping. */
const ending = [
  'BEGIN COMMIT ROLLBACK LOCK_TABLES UNLOCK_TABLES XA_START XA_PREPARE XA_COMMIT XA_ROLLBACK TRUNCATE FLUSH',
  'ALTER_TABLE CREATE_TABLE DROP_TABLE RENAME_TABLE CREATE_INDEX DROP_INDEX CREATE_VIEW DROP_VIEW CREATE_TRIGGER DROP_TRIGGER',
  'CREATE_PROCEDURE DROP_PROCEDURE CREATE_FUNCTION DROP_FUNCTION CREATE_DB DROP_DB CREATE_USER DROP_USER GRANT REVOKE ANALYZE OPTIMIZE',
]
  .join(' ')
  .split(' ')
  .map((name) => `'COM_${name}'`)
  .join(', ');

/**
 * The triggers of one table.
 *
 * - A number that a reader has taken (log-capture.ts) is met as a duplicate key: the entry takes the next one.
 * - A column that was dropped or renamed since must not break the customer's statement: what cannot be read leaves an entry `S`,
 *   reported as a gap. So it is with a log that is gone.
 * - The server tells a trigger nothing of its transaction. What it can tell is how many statements of the session have ended one, and
 *   whether one is open; looked up once per statement, for it costs a quarter of a millisecond. A statement outside of a transaction is one
 *   of its own. `now()` is the moment when the statement began; where somebody has set the session's clock to a fixed time, each row looks.
 */
export function triggerStatements(
  definition: CaptureDefinition,
): readonly { readonly name: string; readonly sql: string }[] {
  const { capture, table } = definition;
  return events.map((event) => {
    const name = triggerName(capture, event);
    return {
      name,
      sql: `create or replace trigger ${quoteName(table.database)}.${quoteName(name)} after ${event} on ${table.qualified} for each row
accord: begin
  declare accord_was longtext character set utf8mb4 default '';
  declare accord_is longtext character set utf8mb4 default '';
  declare accord_id longtext character set utf8mb4;
  declare accord_old longtext character set utf8mb4;
  declare accord_actor text character set utf8mb4;
  declare accord_op char(1) default '${event === 'insert' ? 'I' : event === 'delete' ? 'D' : 'U'}';
  declare accord_own, accord_noted boolean default false;
  declare accord_ended, accord_statement bigint;
  declare accord_room, accord_held bigint unsigned;
  ${ownWrites(definition)}
  begin
    declare exit handler for 1054 set accord_op = 'S', accord_was = null, accord_is = 'a captured column is gone', accord_id = null;
    ${body(definition, event)}
    if accord_was is null or accord_is is null then
      set accord_op = 'S', accord_id = null, accord_is = 'a row is larger than max_allowed_packet', accord_was = null;
    end if;
  end;
  if not (@accord_at <=> now(6)) or abs(timestampdiff(minute, now(), sysdate())) > 5 then
    select sum(if(variable_name = 'HANDLER_COMMIT', 0, variable_value)), sum(if(variable_name = 'HANDLER_COMMIT', variable_value, 0))
      into accord_ended, accord_statement
      from information_schema.session_status where variable_name in ('HANDLER_COMMIT', ${ending});
    set @accord_session = ifnull(@accord_session, uuid_short());
    set @accord_tx = concat(@accord_session, '.', accord_ended, if(@@in_transaction, '', concat('.', accord_statement)));
    set @accord_at = now(6);
  end if;
  while not accord_noted do
    begin
      declare exit handler for 1062 begin end;
      declare exit handler for 1146 set accord_noted = true;
      declare continue handler for not found begin end;
      insert into ${logName(table.database, capture)} (op, tx, id, old_id, was, stands, actor, account, writer, batch, own, at)
        values (accord_op, @accord_tx, accord_id, accord_old, accord_was, accord_is,
          coalesce(nullif(${actorVariable}, ''), accord_actor), user(), ${ownVariable}, ${batchVariable}, accord_own, utc_timestamp(6));
      set accord_noted = true;
      ${keepRoom(definition)}
    end;
  end while;
end`,
    };
  });
}

/**
 * A log that nobody reads does not fill the disk: an entry beyond its limit is taken out again. Whoever does that holds the row of `capture`
 * until the end of the transaction, and waits for nobody: a reader that starts the log again waits for all of them (log-restart.ts), and
 * meanwhile entries are kept. How far a session may write before it looks again is known to it: the limit only rises.
 */
function keepRoom({ capture, table }: CaptureDefinition): string {
  const limit = `select floor + ${mostEntries} into`;
  const from = `from ${inSchema(table.database, 'capture')} where id = ${capture}`;
  return `if not (last_insert_id() <= @accord_room_${capture}) or @accord_room_${capture} is null then
        ${limit} accord_room ${from};
        if last_insert_id() > accord_room then
          ${limit} accord_held ${from} lock in share mode skip locked;
          if last_insert_id() > accord_held then
            delete from ${logName(table.database, capture)} where seq = last_insert_id();
          end if;
        end if;
        set @accord_room_${capture} = accord_room;
      end if;`;
}

/** The only consumer's own writes are not logged; with several, a write of one is news for the others. */
function ownWrites({ capture, consumers }: CaptureDefinition): string {
  const [only] = consumers;
  return consumers.length === 1 && only !== undefined
    ? `if ${ownVariable} <=> ${quoteText(ownMark(capture, only))} then leave accord; end if;`
    : `set accord_own = ifnull(${ownVariable} like '${capture}:%', false);`;
}

function body({ table, columns, actorColumn }: CaptureDefinition, event: Event): string {
  const row = event === 'delete' ? 'old' : 'new';
  const actor = actorColumn === null ? '' : `set accord_actor = ${textOf(actorColumn, row)};`;
  const all = columns.map((column) => member(column, row)).join(', ') || `''`;
  if (event === 'insert')
    return `set accord_id = ${keyJson(table, 'new')}, accord_is = concat('', ${all}); ${actor}`;
  if (event === 'delete')
    return `set accord_id = ${keyJson(table, 'old')}, accord_was = concat('', ${all}); ${actor}`;
  const changes = columns.map(
    (column) =>
      `if ${differs(column)} then set accord_was = concat(accord_was, ${member(column, 'old')}), accord_is = concat(accord_is, ${member(column, 'new')}); end if;`,
  );
  return `${changes.join('\n    ')}
    set accord_id = ${keyJson(table, 'new')};
    if ${table.key.map(differs).join(' or ')} then set accord_op = 'K', accord_old = ${keyJson(table, 'old')};
    elseif accord_is = '' then leave accord; end if;
    ${actor}`;
}

function differs(column: Column): string {
  return column.type.differs(`old.${column.quoted}`, `new.${column.quoted}`);
}

/** The key's texts as a JSON array. */
function keyJson({ key }: Table, row: 'old' | 'new'): string {
  return `concat('[', ${key.map((column) => `json_quote(${textOf(column, row)})`).join(`, ',', `)}, ']')`;
}

function member(column: Column, row: 'old' | 'new'): string {
  return `${quoteText(`,${JSON.stringify(column.name)}:`)}, ifnull(json_quote(${textOf(column, row)}), 'null')`;
}
