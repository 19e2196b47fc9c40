import { Injectable } from '@nestjs/common';
import { schemaVersion } from '../database/migrate.js';
import { HubPools } from '../database/pools.js';
import { Draining } from './draining.js';
import type { CheckDto, ReadyDto } from './health.dto.js';

/** A probe that waits longer than this is answered "no": whoever asks gives up soon after. */
const patienceMs = 2_000;

const ok = (detail: string): CheckDto => ({ status: 'ok', detail });
const failed = (detail: string): CheckDto => ({ status: 'failed', detail });

/** May requests be sent here? */
@Injectable()
export class Readiness {
  constructor(
    private readonly pools: HubPools,
    private readonly draining: Draining,
  ) {}

  async look(): Promise<ReadyDto> {
    const { since } = this.draining;
    const checks = {
      ...(await this.databaseAndMigrations()),
      draining: since === undefined ? ok('running') : failed(`stopping since ${since.toISOString()}`),
    };
    const allGood = Object.values(checks).every(({ status }) => status === 'ok');
    return { status: allGood ? 'ok' : 'failed', checks };
  }

  private async databaseAndMigrations(): Promise<{ database: CheckDto; migrations: CheckDto }> {
    try {
      const { pending, unknown, applied } = await within(patienceMs, schemaVersion(this.pools.general));
      const faults = [
        ...(pending.length > 0 ? [`not applied yet: ${pending.join(', ')}`] : []),
        ...(unknown.length > 0 ? [`made by a newer version: ${unknown.join(', ')}`] : []),
      ];
      return {
        database: ok('answers'),
        migrations: faults.length === 0 ? ok(applied.at(-1) ?? '') : failed(faults.join('; ')),
      };
    } catch {
      // The driver's message names the address and the account, which are nothing for everybody who can ask.
      return { database: failed('does not answer'), migrations: failed('not known') };
    }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'));
    }, ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
