import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { noSuch } from '../common/public-ids.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { KeyStore } from '../database/secrets/key-store.js';
import { pipelineRows } from '../database/sql/pipeline-rows.js';
import { inTransaction } from '../database/transaction.js';
import { checkConnection } from './check-connection.js';
import type { ConnectionTestDto } from './connection-test.dto.js';
import { Declared } from './declared.js';
import { KeptInDatabase } from './kept-connections.js';

/** At once, over all people: each opens sessions on a system of somebody else's. */
const MOST_AT_ONCE = 4;

/** Tries connections out, as they are now. */
@Injectable()
export class ConnectionTests {
  #running = 0;

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly keys: KeyStore,
    private readonly declared: Declared,
  ) {}

  /** @throws AppError `not-found`; `leased` while too many are tested */
  async run(name: string, actor: AuditActor): Promise<ConnectionTestDto> {
    const declared = this.declared.connection(name);
    const kept = new KeptInDatabase(this.pools.url, this.keys);
    if (declared === null && !(await kept.list()).some((facts) => facts.name === name))
      throw noSuch('connection', name);
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
      const open = async (): Promise<NonNullable<typeof declared>> => {
        const found = declared ?? (await kept.find(name));
        if (found === null) throw noSuch('connection', name);
        return found;
      };
      const checks = await checkConnection(open, uses);
      const bad = checks.filter(({ state }) => state === 'failed');
      await inTransaction(this.pools.general, (client) =>
        appendAudit(client, this.clock.now(), {
          actor,
          action: 'connection.tested',
          object: name,
          pipeline: null,
          detail: { ok: bad.length === 0, failed: bad.map(({ check, code }) => `${check}: ${code ?? ''}`) },
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
