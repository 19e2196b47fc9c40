import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { uuidv7 } from '../common/ids.js';
import { noSuch } from '../common/public-ids.js';
import type { Json } from '../core/value.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { seal } from '../database/secrets/envelope.js';
import { KeyStore } from '../database/secrets/key-store.js';
import * as sql from '../database/sql/connections/connections.js';
import { useMasterKeys } from '../database/sql/connections/master-keys.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { destination } from './address.js';
import { given, mustBeGivenAgain, mustOpen, settingsOf, type Settings } from './candidate.js';
import type { ChangeConnectionDto, ConnectionDto, NewConnectionDto } from './connection.dto.js';
import { Declared } from './declared.js';
import { etagOf, presentDeclared, presentKept } from './present-connection.js';

type Kept = sql.ConnectionRow;

/** Connections that people keep in Accord's database, beside those that files declare. Secrets go in and never come out. */
@Injectable()
export class ConnectionsService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly keys: KeyStore,
    private readonly declared: Declared,
  ) {}

  get canKeepSecrets(): boolean {
    return this.keys.keys().current !== null;
  }

  async list(): Promise<readonly ConnectionDto[]> {
    const kept = await run(this.pools.general, sql.allConnections, []);
    const named = this.declared.names.flatMap((name) => this.declared.connection(name) ?? []);
    return [
      ...kept.map((row) => presentKept(row, this.declared)),
      ...named.map((connection) => presentDeclared(connection, this.declared)),
    ].sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
  }

  /** What a file declares comes first: it is what counts. @throws AppError `not-found` */
  async get(name: string): Promise<ConnectionDto> {
    const declared = this.declared.connection(name);
    if (declared !== null) return presentDeclared(declared, this.declared);
    const [row] = await run(this.pools.general, sql.connectionByName, [name]);
    if (row === undefined) throw noSuch('connection', name);
    return presentKept(row, this.declared);
  }

  /** @throws AppError `taken`, `connection-invalid`, `master-key-missing` */
  async create(input: NewConnectionDto, by: AuditActor): Promise<ConnectionDto> {
    const { name, connector, password = null } = input;
    const settings = settingsOf(input);
    const id = uuidv7(this.clock.now());
    const made = { id, name, connector, ...settings };
    await mustOpen(made, password);
    if (this.declared.connection(name) !== null) throw taken(name, 'a file declares it');
    await inTransaction(this.pools.general, async (client) => {
      const values = Object.values(settings);
      const [row] = await run(client, sql.insertConnection, [
        ...[id, name, connector, ...values],
        ...[this.#now(), by.name],
      ]);
      if (row === undefined) throw taken(name, 'it is kept here');
      if (password !== null) await this.#keep(client, made, password, by);
      const detail = { connector, ...audited(settings), password: password === null ? 'none' : 'set' };
      await this.#done(client, by, 'connection.created', name, detail);
    });
    return this.get(name);
  }

  /** @throws AppError `not-found`, `stale`, `invalid`, `connection-declared`, `connection-invalid`, `master-key-missing` */
  async change(
    name: string,
    tags: readonly string[],
    input: ChangeConnectionDto,
    by: AuditActor,
  ): Promise<ConnectionDto> {
    await inTransaction(this.pools.general, async (client) => {
      const before = await this.#hold(client, name);
      if (!tags.includes(etagOf(before)))
        throw new AppError('stale', `The connection ${name} was changed meanwhile. Look at it again.`, {
          details: { current: presentKept(before, this.declared) },
        });
      const after: Kept = { ...before, ...given(input) };
      mustBeGivenAgain(before, after, input.password);
      await mustOpen(after, input.password ?? null);
      const { label, description, host, port, database, account, tls, ca, rate } = after;
      await run(client, sql.changeConnection, [
        ...[before.id, label, description, host, port, database, account, tls, ca, rate],
        ...[this.#now(), by.name],
      ]);
      if (input.password !== undefined) {
        await run(client, sql.forgetSecret, [before.id]);
        if (input.password !== null) await this.#keep(client, after, input.password, by);
      }
      await this.#done(client, by, 'connection.changed', name, {
        ...changes(before, after),
        ...(input.password !== undefined && { password: input.password === null ? 'removed' : 'set' }),
      });
    });
    return this.get(name);
  }

  /** @throws AppError `not-found`, `connection-declared`, `connection-in-use` */
  async remove(name: string, by: AuditActor): Promise<void> {
    await inTransaction(this.pools.general, async (client) => {
      const row = await this.#hold(client, name, 'removed');
      // What a file overrides is used by nobody.
      const pipelines = this.declared.connection(name) === null ? this.declared.pipelinesOf(name) : [];
      if (pipelines.length > 0)
        throw new AppError(
          'connection-in-use',
          `The connection ${name} is used by ${pipelines.join(', ')}. Take it out of ${pipelines.length === 1 ? 'that pipeline' : 'those pipelines'} first.`,
          { details: { pipelines } },
        );
      await run(client, sql.deleteConnection, [row.id]);
      await this.#done(client, by, 'connection.removed', name, { host: row.host, account: row.account });
    });
  }

  async #hold(client: PoolClient, name: string, doing: 'changed' | 'removed' = 'changed'): Promise<Kept> {
    const [row] = await run(client, sql.holdConnection, [name]);
    if (row !== undefined) return row;
    if (this.declared.connection(name) !== null)
      throw new AppError(
        'connection-declared',
        `The connection ${name} is declared in a file, and is ${doing} there.`,
      );
    throw noSuch('connection', name);
  }

  /** Nothing gives up the master key between choosing it and storing what it encrypts. */
  async #keep(
    client: PoolClient,
    row: Pick<Kept, 'id' | 'connector' | 'host' | 'port' | 'database' | 'account' | 'tls' | 'ca'>,
    password: string,
    by: AuditActor,
  ): Promise<void> {
    await run(client, useMasterKeys, []);
    const id = uuidv7(this.clock.now());
    const binding = [row.id, ...destination(row)];
    const { sealed, dataKey, masterKeyId } = seal(password, { id, binding }, this.keys.keys().toEncrypt());
    await run(client, sql.insertSecret, [id, row.id, sealed, dataKey, masterKeyId, this.#now(), by.name]);
  }

  async #done(
    client: PoolClient,
    actor: AuditActor,
    action: string,
    name: string,
    detail: Readonly<Record<string, Json>>,
  ): Promise<void> {
    await run(client, sql.announceConnection, [name]);
    await appendAudit(client, this.clock.now(), { actor, action, object: name, pipeline: null, detail });
  }

  #now(): Date {
    return new Date(this.clock.now());
  }
}

/** A certificate is long and public: that there is one says enough. */
function audited({ ca, ...settings }: Settings): Record<string, Json> {
  return { ...settings, ca: ca !== null };
}

function changes(before: Settings, after: Settings): Record<string, Json> {
  const keys = ['label', 'description', 'host', 'port', 'database', 'account', 'tls', 'rate'] as const;
  const changed = keys.filter((key) => before[key] !== after[key]);
  return {
    ...Object.fromEntries(changed.map((key) => [key, { from: before[key], to: after[key] }])),
    ...(before.ca !== after.ca && { ca: after.ca === null ? 'removed' : 'set' }),
  };
}

function taken(name: string, why: string): AppError {
  return new AppError('taken', `There is a connection ${name} already: ${why}.`);
}
