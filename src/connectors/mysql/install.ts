import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { failpoint } from '../../common/failpoint.js';
import { messageOf } from '../../common/errors.js';
import { ConnectorError } from '../errors.js';
import { findTable, type Table } from './catalog.js';
import { quoteName } from './identifiers.js';
import { createLog, fenceTables, inSchema, logName, schemaName, triggerName } from './log-schema.js';
import type { Queryable, SessionPool } from './pools.js';
import { errorNumber, errors, isContention, isForbidden, translated } from './server-error.js';
import { accountText, schemaGrant } from './system-info.js';
import { isArmed } from './table-watch.js';
import { triggerStatements, type CaptureDefinition } from './trigger-sql.js';

export interface Consumer {
  readonly name: string;
  readonly mode: 'log' | 'polling' | 'snapshot';
  readonly columns: readonly string[];
  readonly actorColumn: string | null;
}

/** Creating a trigger waits for the table's writers, and while it waits it holds up new ones: give way soon, try again later. */
const lockSeconds = 2;
const attempts = 6;

/**
 * Brings the server to what the consumers need, this one among them. Idempotent: nothing is locked when nothing differs. A schema change
 * cannot be taken back here, so every step leaves a state from which the next caller goes on; one installer works at a time.
 */
export async function install(pool: SessionPool, table: Table, consumer: Consumer): Promise<void> {
  await asInstaller(pool, table, `installing capture on ${table.object}`, async (db) => {
    if (consumer.mode === 'log') await requireOneWriter(db, table);
    if (!(await isInstalled(db, table)))
      for (const statement of fenceTables(table.database)) await db.run(statement);
    await db.run(
      `insert into ${inSchema(table.database, 'consumer')} (consumer, table_schema, table_name, mode, columns, actor_column, low)
        values (?, ?, ?, ?, ?, ?, coalesce((select floor from ${inSchema(table.database, 'capture')} where table_schema = ? and table_name = ?), 0))
        on duplicate key update mode = values(mode), columns = values(columns), actor_column = values(actor_column), seen_at = current_timestamp(6)`,
      [
        consumer.name,
        table.database,
        table.name,
        consumer.mode,
        JSON.stringify(consumer.columns),
        consumer.actorColumn,
        table.database,
        table.name,
      ],
    );
    await regenerate(db, (await findTable(db, table.database, table.name)) ?? table);
  });
}

/** Takes the consumer away, and with the last one everything that was made here. */
export async function uninstall(pool: SessionPool, table: Table, consumer: string): Promise<void> {
  await asInstaller(pool, table, `removing capture from ${table.object}`, async (db) => {
    if (!(await isInstalled(db, table))) return;
    await db.run(
      `delete from ${inSchema(table.database, 'consumer')} where consumer = ? and table_schema = ? and table_name = ?`,
      [consumer, table.database, table.name],
    );
    await db.run(
      `delete from ${inSchema(table.database, 'applied')} where consumer = ? and not exists (select 1 from ${inSchema(table.database, 'consumer')} c where c.consumer = ?)`,
      [consumer, consumer],
    );
    await regenerate(db, (await findTable(db, table.database, table.name)) ?? table);
    const left = await db.rows(`select '1' from ${inSchema(table.database, 'consumer')} limit 1`);
    if (left.length === 0) await db.run(`drop database ${quoteName(schemaName(table.database))}`);
  });
}

/** Nodes of a cluster hand out numbers of their own, and what one has written reaches another without its triggers. */
async function requireOneWriter(db: Queryable, table: Table): Promise<void> {
  const [row] = await db.rows(
    `select variable_value from information_schema.global_variables where variable_name = 'WSREP_ON'`,
  );
  if (row?.[0] === 'ON')
    throw new ConnectorError(
      'object-unsupported',
      `The server is a node of a Galera cluster, where a log of triggers does not see everything in its order; use capture "polling" for ${table.object}`,
      { details: { object: table.object } },
    );
}

async function isInstalled(db: Queryable, { database }: Table): Promise<boolean> {
  const rows = await db.rows(
    `select table_name from information_schema.tables where table_schema = ? and table_name in ('applied', 'capture', 'consumer')`,
    [schemaName(database)],
  );
  return rows.length === 3;
}

/** Makes the triggers of a table what its consumers by log need now; removes them when there is none. */
async function regenerate(db: Queryable, table: Table): Promise<void> {
  const place = [table.database, table.name];
  const consumers = await db.rows(
    `select consumer, columns, actor_column from ${inSchema(table.database, 'consumer')} where table_schema = ? and table_name = ? and mode = 'log' order by consumer`,
    place,
  );
  if (consumers.length === 0) {
    await removeCapture(db, table);
    return;
  }
  const actors = new Set(consumers.flatMap(([, , actor]) => actor ?? []));
  if (actors.size > 1) {
    throw new ConnectorError(
      'capture-conflict',
      `Pipelines that capture ${table.object} name different actor columns (${[...actors].join(', ')}); they must agree on one`,
    );
  }
  await db.run(
    `insert ignore into ${inSchema(table.database, 'capture')} (table_schema, table_name, log_id) values (?, ?, ?)`,
    [...place, randomUUID()],
  );
  const [row] = await db.rows(
    `select cast(id as char), definition from ${inSchema(table.database, 'capture')} where table_schema = ? and table_name = ?`,
    place,
  );
  const [actor] = actors;
  const wanted = new Set(consumers.flatMap(([, columns]) => JSON.parse(columns ?? '[]') as string[]));
  await applyDefinition(db, row?.[1] ?? '', {
    capture: Number(row?.[0]),
    table,
    columns: [...table.columns.values()].filter(({ name }) => wanted.has(name)),
    actorColumn: actor === undefined ? null : (table.columns.get(actor) ?? null),
    consumers: consumers.map(([name]) => name ?? ''),
  });
}

async function applyDefinition(db: Queryable, before: string, definition: CaptureDefinition): Promise<void> {
  const { capture, table } = definition;
  const triggers = triggerStatements(definition);
  const hash = createHash('sha256').update(JSON.stringify(triggers)).digest('hex');
  const armed = await isArmed(db, table, capture);
  if (hash === before && armed) return;
  await db.run(createLog(table.database, capture));
  for (const { sql } of triggers) await db.run(sql);
  if (before !== '' && !armed) await raiseFloor(db, table, capture);
  await failpoint('install.regenerated');
  await db.run(`update ${inSchema(table.database, 'capture')} set definition = ? where id = ?`, [
    hash,
    capture,
  ]);
}

/**
 * Changes were not logged for a while. Whoever finds that arms the triggers again, and from then on nobody else could tell: so every
 * cursor from before loses ground, also that of the finder, should it die before it has stored what it found.
 */
async function raiseFloor(db: Queryable, table: Table, capture: number): Promise<void> {
  await db.run(`insert into ${logName(table.database, capture)} (op) values ('X')`);
  await db.run(
    `update ${inSchema(table.database, 'capture')} set floor = greatest(floor, (select max(seq) from ${logName(table.database, capture)})) where id = ${capture}`,
  );
}

async function removeCapture(db: Queryable, table: Table): Promise<void> {
  const [row] = await db.rows(
    `select cast(id as char) from ${inSchema(table.database, 'capture')} where table_schema = ? and table_name = ?`,
    [table.database, table.name],
  );
  const capture = row?.[0];
  if (typeof capture !== 'string') return;
  for (const event of ['insert', 'update', 'delete'] as const) {
    const name = triggerName(Number(capture), event);
    await db.run(`drop trigger if exists ${quoteName(table.database)}.${quoteName(name)}`);
  }
  await db.run(`drop table if exists ${logName(table.database, Number(capture))}`);
  await db.run(`delete from ${inSchema(table.database, 'capture')} where id = ${capture}`);
}

/** What a table must be before its changes can be logged; `null` when it is. */
export function missingForLog(table: Table, columns: readonly string[]): ConnectorError | null {
  const read = new Set([...columns, ...table.schema.key]);
  const cascade = table.cascades.find(({ sets }) => sets.some((name) => read.has(name)));
  if (cascade === undefined) return null;
  return new ConnectorError(
    'object-unsupported',
    `The foreign key "${cascade.constraint}" lets the server itself change ${cascade.sets.join(', ')} in ${table.object}, and it fires no trigger when it does; capture "log" would miss that. Use capture "polling" or "snapshot", leave the column out, or make the constraint RESTRICT`,
    { details: { object: table.object } },
  );
}

async function asInstaller(
  pool: SessionPool,
  table: Table,
  doing: string,
  work: (db: Queryable) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    let session: Awaited<ReturnType<SessionPool['acquire']>> | undefined;
    try {
      session = await pool.acquire();
      const [locked] = await session.rows(`select cast(get_lock(?, 20) as char)`, [
        `accord ${schemaName(table.database)}`.slice(0, 64),
      ]);
      if (locked?.[0] !== '1')
        throw new ConnectorError('side-busy', `Somebody else has been installing for long (while ${doing})`);
      await session.run(`set lock_wait_timeout = ${lockSeconds}`);
      await work(session);
      return;
    } catch (error) {
      if (attempt < attempts && isContention(error)) {
        await delay(150 * attempt + Math.random() * 300);
        continue;
      }
      throw session === undefined ? translated(error, doing) : await explained(session, table, error, doing);
    } finally {
      // With the session its lock and its settings go.
      session?.release(true);
    }
  }
}

/** A right that is missing, with the statement that grants it. */
async function explained(
  db: Queryable,
  table: Table,
  error: unknown,
  doing: string,
): Promise<ConnectorError> {
  const number = errorNumber(error);
  if (!isForbidden(error) && number !== 1044 && number !== 1419 && number !== errors.noDatabase)
    return translated(error, doing);
  const [row] = await db.rows('select current_user()').catch(() => []);
  const account = row?.[0] ?? '';
  const grant =
    number === 1419
      ? 'SET GLOBAL log_bin_trust_function_creators = 1;'
      : /TRIGGER command/i.test(messageOf(error))
        ? `GRANT TRIGGER ON ${table.qualified} TO ${accountText(account)};`
        : schemaGrant(account, table.database);
  return new ConnectorError(
    'permission-missing',
    `${messageOf(error)} (while ${doing}). An administrator can run: ${grant}`,
    { cause: error, details: { grant } },
  );
}
