import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { HubPools } from '../database/pools.js';
import {
  countAttempt,
  forgetAttempts,
  lockedUntil,
  takeBackAttempt,
} from '../database/sql/access/attempts.js';
import { execute, run } from '../database/sql/statement.js';

/** Failures that cost nothing, the first lock and the longest, in seconds. An address may be a whole office. */
const limits = {
  account: { free: 5, first: 1, longest: 900 },
  address: { free: 40, first: 1, longest: 900 },
} as const;

/** Guessing becomes slow: for one account from anywhere, and from one address for any account, whether or not there is such an account. */
@Injectable()
export class Attempts {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts an attempt, as failed until `succeeded` is called.
   *
   * @throws AppError `too-many-attempts` while account or address is locked; nothing is looked at then
   */
  async begin(email: string, address: string | null): Promise<void> {
    await this.#count('address', networkOf(address));
    await this.#count('account', email);
  }

  async succeeded(email: string, address: string | null): Promise<void> {
    await execute(this.pools.general, forgetAttempts, [`account ${email}`]);
    await execute(this.pools.general, takeBackAttempt, [`address ${networkOf(address)}`]);
  }

  async #count(kind: keyof typeof limits, of: string): Promise<void> {
    const { free, first, longest } = limits[kind];
    const subject = `${kind} ${of}`;
    const now = this.clock.now();
    const counted = await run(this.pools.general, countAttempt, [subject, now, free, first, longest]);
    if (counted.length > 0) return;
    const [row] = await run(this.pools.general, lockedUntil, [subject]);
    const retryAfterSeconds = Math.max(1, Math.ceil(((row?.locked_until.getTime() ?? now) - now) / 1000));
    throw new AppError(
      'too-many-attempts',
      `Too many failed attempts. Try again in ${wait(retryAfterSeconds)}.`,
      {
        details: { retryAfterSeconds },
      },
    );
  }
}

/** Whoever has one address of IPv6 has at least all of its /64. */
export function networkOf(address: string | null): string {
  if (!address?.includes(':')) return address ?? 'unknown';
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => (group.replace(/^0+/, '') || '0').toLowerCase())
    .join(':')}::/64`;
}

function wait(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
