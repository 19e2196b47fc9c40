import { randomUUID } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import { AppError } from '../common/errors.js';

/** Proof that a lease was held: rises with every change of hands, so that a late holder can be told from the present one. */
export interface LeaseGrant {
  readonly name: string;
  readonly holder: string;
  readonly token: number;
}

/**
 * Leases: the right to do what only one process at a time may do. Time is the database's own, so the clocks of the
 * processes do not matter. A lease protects against doing work twice, never against a write by a holder that was
 * suspended: whoever needs that calls `assertHeld` inside the transaction that writes.
 */
export class Leases {
  constructor(private readonly pool: Pool) {}

  /**
   * Takes the lease where it is free, has run out, or is held by `holder` already (which extends it and keeps its token).
   *
   * @param holder unique per process and start, e.g. a UUID
   * @returns `null` where another holds it
   */
  async acquire(name: string, holder: string, ttlMs: number): Promise<LeaseGrant | null> {
    // One statement: the row lock of the conflict decides between two who come at once, and the second sees the winner.
    const { rows } = await this.pool.query<{ token: number }>(
      `insert into lease as l (name, holder, token, until)
       values ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
       on conflict (name) do update
         set holder = excluded.holder,
             token = l.token + case when l.holder = excluded.holder and l.until > clock_timestamp() then 0 else 1 end,
             until = excluded.until
         where l.holder = excluded.holder or l.until <= clock_timestamp()
       returning token`,
      [name, holder, ttlMs],
    );
    const token = rows[0]?.token;
    return token === undefined ? null : { name, holder, token };
  }

  /**
   * Extends the lease, also one that has run out while nobody else took it: a holder who was slow goes on. False when it was lost
   * meanwhile, or let go: stop the work.
   */
  async renew(grant: LeaseGrant, ttlMs: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `update lease set until = clock_timestamp() + $4 * interval '1 millisecond'
       where name = $1 and holder = $2 and token = $3 and until > '-infinity'`,
      [grant.name, grant.holder, grant.token, ttlMs],
    );
    return rowCount === 1;
  }

  /** Lets go of it at once. Harmless when it was lost already. The row stays: its token must go on rising. */
  async release(grant: LeaseGrant): Promise<void> {
    await this.pool.query(
      `update lease set until = '-infinity' where name = $1 and holder = $2 and token = $3`,
      [grant.name, grant.holder, grant.token],
    );
  }

  /**
   * Within the transaction of `client`: the lease is still held under this grant and no other can take it before the
   * transaction ends. For writes that must not happen after the lease has passed on.
   *
   * @throws AppError `lease-lost`
   */
  async assertHeld(client: ClientBase, grant: LeaseGrant): Promise<void> {
    const { rowCount } = await client.query(
      `select from lease where name = $1 and holder = $2 and token = $3 and until > clock_timestamp() for share`,
      [grant.name, grant.holder, grant.token],
    );
    if (rowCount !== 1)
      throw new AppError('lease-lost', `The lease ${grant.name} has passed to another process`);
  }

  /**
   * Runs `work` if the lease is free, renewing it meanwhile, and lets go of it afterwards. Not re-entrant: a second call
   * is refused while the first runs, in the same process as well.
   *
   * @param work learns by the signal when the lease was lost
   * @returns false when another holds the lease and nothing was done
   */
  async during(
    name: string,
    ttlMs: number,
    work: (signal: AbortSignal, grant: LeaseGrant) => Promise<void>,
  ): Promise<boolean> {
    const grant = await this.acquire(name, randomUUID(), ttlMs);
    if (grant === null) return false;
    const lost = new AbortController();
    const timer = setInterval(() => {
      this.renew(grant, ttlMs).then(
        (held) => held || lost.abort(),
        () => lost.abort(),
      );
    }, ttlMs / 3);
    try {
      await work(lost.signal, grant);
    } finally {
      clearInterval(timer);
      await this.release(grant);
    }
    return true;
  }
}
