import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { failpoint } from '../../common/failpoint.js';
import { ConnectorError } from '../errors.js';
import type { Column, Table } from './catalog.js';
import { tableByOid } from './catalog.js';
import { quoteName, quoteText } from './identifiers.js';
import {
  createLog,
  defaultMaxBytes,
  dropLog,
  fenceTables,
  logNames,
  schemaName,
  stopped,
} from './log-schema.js';
import type { Queryable } from './pools.js';
import { isContention, translated } from './server-error.js';
import { isOurTrigger, rowFunction, triggerStatements, type CaptureDefinition } from './trigger-sql.js';

export interface Consumer {
  readonly name: string;
  readonly mode: 'log' | 'polling' | 'snapshot';
  readonly columns: readonly string[];
  readonly actorColumn: string | null;
}

/** One installer at a time on a database, whichever table it works on. */
const lock = `select pg_advisory_xact_lock(hashtextextended('accord install', 0))`;

/** Creating a trigger waits for the table's writers, and while it waits it holds up new ones: give way soon, try again later. */
const lockTimeout = '1500ms';
const attempts = 6;

/**
 * Brings the database to what the consumers need, this one among them. Idempotent: nothing is locked when nothing differs.
 * A change of the trigger function takes the table's lock first, so that no transaction is under way that logged by the old one.
 */
export async function install(pool: pg.Pool, table: Table, consumer: Consumer): Promise<void> {
  await inTransaction(pool, `installing capture on ${table.object}`, async (client) => {
    await requireSchema(client);
    await client.query(fenceTables);
    await forgetDroppedTables(client);
    const current = (await tableByOid(client, table.oid)) ?? table;
    const attnums = consumer.columns.map((name) => String(current.columns.get(name)?.attnum ?? 0));
    await client.query({
      text: `insert into ${schemaName}.consumer (consumer, relid, mode, columns, attnums, actor_column) values ($1, $2, $3, $4, $5, $6)
        on conflict (consumer, relid) do update set mode = excluded.mode, columns = excluded.columns, attnums = excluded.attnums,
          actor_column = excluded.actor_column, seen_at = clock_timestamp()`,
      values: [consumer.name, table.oid, consumer.mode, consumer.columns, attnums, consumer.actorColumn],
    });
    await regenerate(client, current);
    await client.query({
      text: `update ${schemaName}.consumer set low = greatest(low, (select floor from ${schemaName}.capture where relid = $2)) where consumer = $1 and relid = $2 and mode = 'log'`,
      values: [consumer.name, table.oid],
    });
  });
}

/** Takes the consumer away, and with the last one everything that was made here. */
export async function uninstall(pool: pg.Pool, table: Table, consumer: string): Promise<void> {
  await inTransaction(pool, `removing capture from ${table.object}`, async (client) => {
    if (!(await isInstalled(client))) return;
    await client.query({
      text: `delete from ${schemaName}.consumer where consumer = $1 and relid = $2`,
      values: [consumer, table.oid],
    });
    await client.query({
      text: `delete from ${schemaName}.applied where consumer = $1 and not exists (select 1 from ${schemaName}.consumer c where c.consumer = $1)`,
      values: [consumer],
    });
    await forgetDroppedTables(client);
    const current = await tableByOid(client, table.oid);
    if (current !== null) await regenerate(client, current);
    const { rows } = await client.query<{ n: string }>(
      `select count(*)::text as n from ${schemaName}.consumer`,
    );
    if (rows[0]?.n === '0') await dropSchema(client);
  });
}

/** An account that could not make the schema again leaves it, empty, as the administrator made it. */
async function dropSchema(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ may: string }>(
    `select has_database_privilege(current_database(), 'CREATE')::text as may`,
  );
  const tables = ['applied', 'consumer', 'capture'].map((name) => `${schemaName}.${name}`).join(', ');
  await client.query(
    rows[0]?.may === 'true' ? `drop schema ${schemaName} cascade` : `drop table if exists ${tables}`,
  );
}

async function isInstalled(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ there: string }>(
    `select (to_regclass('${schemaName}.consumer') is not null)::text as there`,
  );
  return rows[0]?.there === 'true';
}

/** Makes function and triggers of a table what its consumers by log need now; removes them when there is none. */
async function regenerate(client: Queryable, table: Table): Promise<void> {
  const { rows: consumers } = await client.query<{ consumer: string; columns: string; actor: string | null }>(
    {
      text: `select consumer, to_json(columns)::text as columns, actor_column as actor from ${schemaName}.consumer where relid = $1 and mode = 'log' order by consumer`,
      values: [table.oid],
    },
  );
  if (consumers.length === 0) {
    const { rows: triggers } = await ourTriggers(client, table);
    for (const { name } of triggers)
      await client.query(`drop trigger ${quoteName(name)} on ${table.qualified}`);
    await client.query(dropLog(table.oid));
    await client.query({ text: `delete from ${schemaName}.capture where relid = $1`, values: [table.oid] });
    return;
  }
  const actors = new Set(consumers.flatMap(({ actor }) => (actor === null ? [] : [actor])));
  if (actors.size > 1) {
    throw new ConnectorError(
      'capture-conflict',
      `Pipelines that capture ${table.object} name different actor columns (${[...actors].join(', ')}); they must agree on one`,
    );
  }
  const wanted = new Set(consumers.flatMap(({ columns }) => JSON.parse(columns) as string[]));
  const [actor] = actors;
  const definition: CaptureDefinition = {
    table,
    columns: [...table.columns.values()].filter((column: Column) => wanted.has(column.name)),
    actorColumn: actor === undefined ? null : (table.columns.get(actor) ?? null),
    consumers: consumers.map(({ consumer }) => consumer),
  };
  await applyDefinition(client, table, definition);
}

async function applyDefinition(
  client: Queryable,
  table: Table,
  definition: CaptureDefinition,
): Promise<void> {
  const functionText = rowFunction(definition);
  const triggers = triggerStatements(definition);
  const hash = createHash('sha256')
    .update(JSON.stringify([functionText, triggers]))
    .digest('hex')
    .slice(0, 32);
  const { sequence } = logNames(table.oid);
  const { rows } = await client.query<{ same: string; armed: string }>({
    text: `select (c.definition = $2)::text as same, (to_regclass('${sequence}') is not null
        and c.triggers = (select count(*) from pg_trigger where tgrelid = $1 and tgenabled = 'A' and ${isOurTrigger}))::text as armed
      from ${schemaName}.capture c where c.relid = $1`,
    values: [table.oid, hash],
  });
  const [before] = rows;
  if (before?.same === 'true' && before.armed === 'true') return;
  await client.query(`lock table ${table.qualified} in share row exclusive mode`);
  await client.query(createLog(table.oid));
  await client.query(functionText);
  const { rows: old } = await ourTriggers(client, table);
  for (const { name } of old) await client.query(`drop trigger ${quoteName(name)} on ${table.qualified}`);
  for (const statement of triggers) await client.query(statement);
  await client.query({
    text: `insert into ${schemaName}.capture (relid, definition, triggers, max_bytes) values ($1, $2, $3, ${defaultMaxBytes})
      on conflict (relid) do update set definition = excluded.definition, triggers = excluded.triggers`,
    values: [table.oid, hash, triggers.length / 2],
  });
  if (before?.armed === 'false') await raiseFloor(client, table.oid);
}

/**
 * Changes were not logged for a while. Whoever finds that arms the triggers again, and from then on nobody else could tell: so every
 * cursor from before loses ground, also that of the finder, should it die before it has stored what it found.
 */
async function raiseFloor(client: Queryable, oid: number): Promise<void> {
  const { sequence } = logNames(oid);
  await client.query(
    `update ${schemaName}.capture set floor = greatest(floor, nextval('${sequence}'))
     where relid = ${oid} and (select last_value from ${sequence}) < ${stopped}`,
  );
}

function ourTriggers(client: Queryable, table: Table): Promise<pg.QueryResult<{ name: string }>> {
  return client.query<{ name: string }>({
    text: `select tgname as name from pg_trigger where tgrelid = $1 and ${isOurTrigger}`,
    values: [table.oid],
  });
}

/** A table that was dropped took its triggers along; its log and function are still here. */
async function forgetDroppedTables(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ relid: string }>(
    `select distinct relid::text as relid from (select relid from ${schemaName}.consumer union select relid from ${schemaName}.capture) known
     where not exists (select 1 from pg_class where oid = relid)`,
  );
  for (const { relid } of rows) {
    await client.query(dropLog(Number(relid)));
    await client.query(
      `delete from ${schemaName}.consumer where relid = ${relid}; delete from ${schemaName}.capture where relid = ${relid}`,
    );
  }
}

/** @throws ConnectorError `permission-missing` */
export async function requireSchema(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ usable: string; account: string; database: string }>(
    `select coalesce((select pg_has_role(nspowner, 'USAGE') from pg_namespace where nspname = '${schemaName}'),
       has_database_privilege(current_database(), 'CREATE'))::text as usable, current_user as account, current_database() as database`,
  );
  const [row] = rows;
  if (row === undefined || row.usable === 'true') return;
  const grant = `CREATE SCHEMA ${schemaName} AUTHORIZATION ${quoteName(row.account)};`;
  throw new ConnectorError(
    'permission-missing',
    `The account ${row.account} may not create the schema "${schemaName}" in ${row.database}. An administrator can run: ${grant}`,
    { details: { grant } },
  );
}

/** What a role must be allowed to do before triggers can be installed; `null` when it is. */
export function missingForLog(table: Table, account: string): ConnectorError | null {
  if (table.kind !== 'r' || table.inherits) {
    return new ConnectorError(
      'object-unsupported',
      `${table.object} is not a plain table (partitioned, inherited, a view or foreign); capture "log" needs one. Use capture "polling" or "snapshot"`,
    );
  }
  if (!table.owned) {
    const grant = `GRANT ${quoteName(table.owner)} TO ${quoteName(account)};`;
    return new ConnectorError(
      'permission-missing',
      `Only the owner of ${table.object} may install triggers that always fire. An administrator can run: ${grant} Or use capture "polling"`,
      { details: { grant } },
    );
  }
  return null;
}

async function inTransaction(
  pool: pg.Pool,
  doing: string,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    let client: pg.PoolClient | undefined;
    try {
      client = await pool.connect();
      await client.query(
        `begin isolation level read committed; set local lock_timeout = ${quoteText('20s')}; ${lock}; set local lock_timeout = ${quoteText(lockTimeout)}`,
      );
      await work(client);
      await failpoint('install.regenerated');
      const committed = client.query('commit');
      committed.catch(() => undefined);
      await failpoint('install.commit-sent');
      await committed;
      client.release();
      return;
    } catch (error) {
      const rolledBack = await client?.query('rollback').then(
        () => true,
        () => false,
      );
      client?.release(rolledBack !== true);
      if (attempt >= attempts || !isContention(error)) throw translated(error, doing);
      await delay(150 * attempt + Math.random() * 300);
    }
  }
}
