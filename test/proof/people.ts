import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { TEXTS } from './killed-pipeline.js';

/**
 * People at work on one side, until they are told to pause: edits of single fields and of several, counting, tags, new records and
 * deleted ones. What they did is in the side's own register; every text they type is new in the run.
 */
export class People {
  private typed = 0;
  private working: Promise<void> | null = null;
  private stop = new AbortController();

  constructor(
    private readonly side: 'a' | 'b',
    private readonly pool: pg.Pool,
    private readonly records: number,
    private readonly next: () => number,
    /** Mean time between two edits, ms. */
    private readonly paceMs: number,
  ) {}

  work(): void {
    this.stop = new AbortController();
    this.working = this.run(this.stop.signal);
  }

  async pause(): Promise<void> {
    this.stop.abort();
    await this.working;
    this.working = null;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A database that is down or cuts the line: what was not committed was not done.
      await this.act().catch(() => sleep(50));
      await sleep(this.next() * 2 * this.paceMs);
    }
  }

  /** Mostly the records of one's own; now and then anybody's, or all would meet all the time. */
  private key(): string {
    const n = 1 + Math.floor(this.next() * this.records);
    if (this.next() < 0.15) return `k${String(n)}`;
    return `k${String(this.side === 'a' ? n - (n % 2) : n - (n % 2) + 1)}`;
  }

  private text(field: string): string {
    return `${this.side}${String(++this.typed)}-${field}`;
  }

  private async act(): Promise<void> {
    const dice = this.next();
    const key = this.key();
    if (dice < 0.04) return this.insert();
    if (dice < 0.055) return this.query('delete from rec where key = $1', [key]);
    if (dice < 0.18)
      return this.query('update rec set n = n + $2 where key = $1', [key, 1 + Math.floor(this.next() * 3)]);
    if (dice < 0.28)
      return this.query('update rec set tags = tags || $2::text where key = $1', [key, this.text('tag')]);
    if (dice < 0.32)
      return this.query('update rec set tags = tags[2:] where key = $1 and cardinality(tags) > 0', [key]);
    if (dice < 0.4) {
      const place = this.text('place');
      return this.query('update rec set street = $2, town = $2 where key = $1', [key, place]);
    }
    if (dice < 0.42 && this.side === 'a')
      return this.query('update rec set f3 = $2 where key = $1', [key, this.text('f3 bad')]);
    const field = this.field();
    if (dice < 0.5) return this.twice(key, field);
    if (dice < 0.6) {
      const other = this.field();
      if (other !== field)
        return this.query(`update rec set ${field} = $2, ${other} = $3 where key = $1`, [
          key,
          this.text(field),
          this.text(other),
        ]);
    }
    return this.query(`update rec set ${field} = $2 where key = $1`, [key, this.text(field)]);
  }

  private field(): string {
    return TEXTS[Math.floor(this.next() * TEXTS.length)] as string;
  }

  private insert(): Promise<void> {
    const values = TEXTS.map((field) => this.text(field));
    const place = this.text('place');
    return this.query(
      `insert into rec (key, ${TEXTS.join(', ')}, street, town) values ($1, $2, $3, $4, $5, $6, $7, $7)`,
      [this.text('new'), ...values, place],
    );
  }

  /** Two edits in one transaction: the first value never stands. */
  private async twice(key: string, field: string): Promise<void> {
    const client = await this.pool.connect();
    let broken = true;
    try {
      await client.query('begin');
      await client.query(`update rec set ${field} = $2 where key = $1`, [key, this.text(field)]);
      await client.query(`update rec set ${field} = $2 where key = $1`, [key, this.text(field)]);
      await client.query('commit');
      broken = false;
    } finally {
      client.release(broken);
    }
  }

  private async query(text: string, values: unknown[]): Promise<void> {
    await this.pool.query(text, values);
  }
}
