import { Injectable } from '@nestjs/common';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { noSuch, publicId } from '../common/public-ids.js';
import type { Sight, Veil } from '../common/veil.js';
import { actorOf, appendAudit, authorOf } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { answerGuard, guardTrip, guardTrips, type GuardTripRow } from '../database/sql/guards.js';
import { run } from '../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import { PipelinesService } from './pipelines.service.js';

const LISTED = 100;

@Injectable()
export class GuardsService {
  constructor(
    private readonly pools: HubPools,
    private readonly pipelines: PipelinesService,
    private readonly clock: Clock,
    private readonly veils: Veils,
  ) {}

  /** Examples that are personal data are covered, or their being shown is noted. */
  async list(name: string, open: boolean, sight: Sight): Promise<readonly GuardTripRow[]> {
    const { id } = await this.pipelines.get(name);
    const look = this.veils.look(sight);
    const veil = await look.over(id);
    const rows = await run(this.pools.general, guardTrips, [id, open, LISTED]);
    const trips = rows.map((row) => veiled(row, veil));
    await look.note(name, { shown: 'guards' });
    return trips;
  }

  /** @throws AppError `not-found`; `already-decided` with who answered, and how */
  async answer(
    name: string,
    id: string,
    state: 'released' | 'discarded',
    note: string | null,
    caller: Caller,
  ): Promise<GuardTripRow> {
    await retryingDeadlocks(() =>
      inTransaction(this.pools.general, async (client) => {
        const answered = await answerGuard(client, {
          id,
          pipeline: name,
          state,
          by: authorOf(actorOf(caller)),
          note,
        });
        if (!answered) throw await this.#refusal(name, id);
        await appendAudit(client, this.clock.now(), {
          actor: actorOf(caller),
          action: `guard.${state}`,
          object: publicId.guard(id),
          pipeline: name,
          detail: { note },
        });
      }),
    );
    await this.pipelines.announce(name);
    return await this.#trip(name, id);
  }

  async #refusal(name: string, id: string): Promise<AppError> {
    const trip = await this.#trip(name, id);
    return new AppError(
      'already-decided',
      `${trip.closed_by ?? 'Somebody'} has ${trip.state} it at ${trip.closed_at?.toISOString() ?? ''}.`,
    );
  }

  async #trip(name: string, id: string): Promise<GuardTripRow> {
    const [trip] = await run(this.pools.general, guardTrip, [id]);
    if (trip?.pipeline !== name) throw noSuch('guard', publicId.guard(id));
    const pipeline = await this.pipelines.get(name);
    return veiled(trip, await this.veils.over(pipeline.id));
  }
}

function veiled(trip: GuardTripRow, veil: Veil): GuardTripRow {
  return {
    ...trip,
    sample: trip.sample.map((one) => ({
      ...one,
      before: veil.over(one.unit, one.before),
      after: veil.over(one.unit, one.after),
    })),
  };
}
