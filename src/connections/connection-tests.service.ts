import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { noSuch } from '../common/public-ids.js';
import type { DeclaredConnection } from '../connectors/connection-catalog.js';
import type { Json } from '../core/value.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { KeyStore } from '../database/secrets/key-store.js';
import { connectionByName } from '../database/sql/connections/connections.js';
import { pipelineRows } from '../database/sql/pipeline-rows.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { openable, type AddressParts } from './address.js';
import { given, mustBeGivenAgain, mustOpen, settingsOf } from './candidate.js';
import { checkConnection } from './check-connection.js';
import type { ConnectionTestDto } from './connection-test.dto.js';
import type { ChangeConnectionDto, NewConnectionDto } from './connection.dto.js';
import { Declared } from './declared.js';
import { KeptInDatabase, passwordOf } from './kept-connections.js';
import { TestRate } from './test-rate.js';

/** At once, over all people: each opens sessions on a system of somebody else's. */
const MOST_AT_ONCE = 4;

/** What is tried out, and how it is opened. */
interface Tested {
  readonly name: string;
  readonly open: () => Promise<DeclaredConnection>;
  /** Where that is not kept anywhere: the address, for the audit log. */
  readonly candidate: AddressParts | null;
}

/** Tries connections out, as they are now, or as they would be. Nothing of a test is kept but that it was made. */
@Injectable()
export class ConnectionTests {
  #running = 0;
  readonly #rate: TestRate;

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly keys: KeyStore,
    private readonly declared: Declared,
  ) {
    this.#rate = new TestRate(() => clock.monotonic());
  }

  /** A connection as it is. @throws AppError `not-found`; `leased`, `too-many-attempts` while too many are tested */
  async run(name: string, actor: AuditActor): Promise<ConnectionTestDto> {
    const declared = this.declared.connection(name);
    const kept = new KeptInDatabase(this.pools.url, this.keys);
    if (declared === null && !(await kept.list()).some((facts) => facts.name === name))
      throw noSuch('connection', name);
    const open = async (): Promise<DeclaredConnection> => {
      const found = declared ?? (await kept.find(name));
      if (found === null) throw noSuch('connection', name);
      return found;
    };
    return this.#test({ name, open, candidate: null }, actor);
  }

  /** One that is not kept yet. @throws AppError as `run`; `connection-invalid` */
  async tryNew(input: NewConnectionDto, actor: AuditActor): Promise<ConnectionTestDto> {
    const { name, connector, password = null } = input;
    const candidate = { name, connector, ...settingsOf(input) };
    await mustOpen(candidate, password);
    const open = (): Promise<DeclaredConnection> => Promise.resolve(openable(candidate, password, 'accord'));
    return this.#test({ name, open, candidate }, actor);
  }

  /**
   * One that is kept, as it would be after a change. A password that is not given is the one that is kept, as long as it goes where it was
   * meant to go.
   *
   * @throws AppError as `run`; `invalid`, `connection-declared`, `connection-invalid`
   */
  async tryChange(name: string, input: ChangeConnectionDto, actor: AuditActor): Promise<ConnectionTestDto> {
    const [before] = await run(this.pools.general, connectionByName, [name]);
    if (before === undefined) {
      if (this.declared.connection(name) === null) throw noSuch('connection', name);
      throw new AppError(
        'connection-declared',
        `The connection ${name} is declared in a file, and is changed there.`,
      );
    }
    const candidate = { ...before, ...given(input) };
    mustBeGivenAgain(before, candidate, input.password);
    await mustOpen(candidate, input.password ?? null);
    const open = async (): Promise<DeclaredConnection> => {
      // The secret is bound to where it may be sent: of an address that was changed meanwhile it cannot be read.
      const password =
        input.password === undefined
          ? await passwordOf(this.pools.general, candidate, this.keys)
          : input.password;
      return openable(candidate, password, 'accord');
    };
    return this.#test({ name, open, candidate }, actor);
  }

  async #test({ name, open, candidate }: Tested, actor: AuditActor): Promise<ConnectionTestDto> {
    this.#rate.count(actor.personId ?? actor.id ?? actor.name);
    if (this.#running >= MOST_AT_ONCE)
      throw new AppError('leased', 'Other connections are being tested. Try again in a moment.');
    this.#running++;
    const begun = this.clock.monotonic();
    try {
      const rows = await pipelineRows(this.pools.general, null);
      const uses = this.declared.usesOf(name).map((use) => ({
        ...use,
        // Before its first start a pipeline has no number; capture is looked up under one that none has.
        pipelineId: rows.find((row) => row.name === use.spec.metadata.name)?.id ?? 0,
      }));
      const checks = await checkConnection(open, uses);
      const bad = checks.filter(({ state }) => state === 'failed');
      await inTransaction(this.pools.general, (client) =>
        appendAudit(client, this.clock.now(), {
          actor,
          action: 'connection.tested',
          object: name,
          pipeline: null,
          detail: {
            ok: bad.length === 0,
            failed: bad.map(({ check, code }) => `${check}: ${code ?? ''}`),
            ...(candidate !== null && { unsaved: addressOf(candidate) }),
          },
        }),
      );
      return {
        ok: bad.length === 0,
        checks,
        at: this.clock.date().toISOString(),
        tookMs: Math.round(this.clock.monotonic() - begun),
      };
    } finally {
      this.#running--;
    }
  }
}

/** Where the test went, for whoever reads the audit log. */
function addressOf({
  connector,
  host,
  port,
  database,
  account,
  tls,
}: AddressParts): Readonly<Record<string, Json>> {
  return { connector, host, port, database, account, tls };
}
