import type { Clock } from '../common/clock.js';
import { ConnectorError } from '../connectors/errors.js';
import { refusedUnits, retryDeadLetters } from '../database/sql/dead-letters.js';
import type { HubPools } from '../database/pools.js';
import { run } from '../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import type { RunningPipeline } from './running-pipeline.js';

const CODE = 'permission-missing';
const EVERY_MS = 5000;

/** Units that wait because the account may not write their field are tried again once it may. */
export class ReturnedRights {
  #lookedAt = 0;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /** @returns true when something is due again */
  async look(): Promise<boolean> {
    const now = this.clock.now();
    if (now - this.#lookedAt < EVERY_MS) return false;
    this.#lookedAt = now;
    let freed = 0;
    for (const { unit, side } of await run(this.pools.general, refusedUnits, [this.pipeline.id, CODE])) {
      const { endpoint, columns } = this.pipeline.ends[side];
      const fields = (columns.get(unit) ?? []).map(([, column]) => column);
      try {
        if (fields.length === 0 || (await endpoint.unwritable(fields)).length > 0) continue;
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        continue;
      }
      freed += await retryingDeadlocks(() =>
        inTransaction(this.pools.general, (client) =>
          retryDeadLetters(client, this.pipeline.id, { code: CODE, unit, linkId: null }),
        ),
      );
    }
    return freed > 0;
  }
}
