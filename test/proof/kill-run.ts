import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Failpoint } from '../../src/common/failpoint.js';
import { segmentEntries } from '../../src/connectors/postgres/log-schema.js';
import { RevisionPlans } from '../../src/database/revision-plans.js';
import { seeded } from '../support/seeded.js';
import { ServiceChild } from '../support/service-child.js';
import { SyncPair } from '../support/sync-pair.js';
import { auditDerive } from './derive-audit.js';
import type { Before, Kill } from './kill-plan.js';
import { killedPipeline, killedSides } from './killed-pipeline.js';
import { factsOf, judge, type Verdict } from './oracle.js';
import { People } from './people.js';

export interface KillRunOptions {
  readonly seed: number;
  readonly records: number;
  /** Mean time between two edits of one side, ms. */
  readonly paceMs: number;
  readonly databases?: Parameters<typeof SyncPair.open>[3];
}

/** Two sides with people at work, a service that is killed again and again, and somebody who looks at the whole when all is quiet. */
export class KillRun {
  private readonly people: readonly People[];
  private readonly next: () => number;
  private readonly promised: string[] = [];
  private readonly unwatched: { a: readonly [number, number]; b: readonly [number, number] }[] = [];
  private gapFrom: { a: number; b: number } | null = { a: 0, b: 0 };
  private starts = 0;

  private constructor(
    readonly pair: SyncPair,
    private readonly options: KillRunOptions,
  ) {
    const { seed, records, paceMs } = options;
    this.next = seeded(seed);
    this.people = [
      new People('a', pair.a, records, seeded(seed + 1), paceMs),
      new People('b', pair.b, records, seeded(seed + 2), paceMs),
    ];
  }

  static async open(options: KillRunOptions): Promise<KillRun> {
    const { records, databases } = options;
    return new KillRun(await SyncPair.open(killedSides(records), killedPipeline(), {}, databases), options);
  }

  work(): void {
    for (const each of this.people) each.work();
  }

  async pause(): Promise<void> {
    await Promise.all(this.people.map((each) => each.pause()));
  }

  /** Starts a service that decides conflicts as well. */
  start(failpoints = '', urls = this.pair.urls): Promise<ServiceChild> {
    const { declared } = this.pair;
    const seed = this.options.seed * 1000 + ++this.starts;
    const habits = { undo: 0.3, typing: ['f1', 'f2', 'f3'], hesitateMs: 30 };
    return ServiceChild.start({ urls, declaration: declared, steward: { ...habits, seed } }, failpoints);
  }

  /** Runs the service until it ends at the point. @returns false when it never came there within the time */
  async kill({ point, hit, before }: Kill, patienceMs = 30_000): Promise<boolean> {
    if (before !== null) await this.prepare(before);
    const child = await this.start(point === null ? '' : `${point}:${String(hit)}:kill`);
    if (point === null) await sleep(250 + this.next() * 1200);
    const reached = point !== null && (await child.endsWithin(patienceMs));
    if (!reached) await child.kill();
    this.heard(child);
    return reached || point === null;
  }

  private async prepare(before: Before): Promise<void> {
    const side = this.next() < 0.5 ? 'a' : 'b';
    const pool = this.pair[side];
    switch (before) {
      case 'an unsettled write': {
        const points = [
          'delivery.before-send',
          'write.claimed',
          'write.applied',
          'write.commit-sent',
          'delivery.answered',
        ] as const;
        const point = points[Math.floor(this.next() * points.length)] as Failpoint;
        await this.kill({ point, hit: 1, before: null });
        return;
      }
      case 'a gap in the log': {
        await this.notWatched();
        const { rows } = await pool.query<{ name: string }>(
          `select tgname as name from pg_trigger where tgrelid = 'rec'::regclass and tgname like '%accord%' and not tgisinternal`,
        );
        for (const { name } of rows) await pool.query(`alter table rec disable trigger "${name}"`);
        // What happens now is in no log.
        await sleep(150);
        return;
      }
      case 'a full segment of the log': {
        const { rows } = await pool.query<{ sequence: string }>(
          `select 'accord.log_' || 'rec'::regclass::oid || '_seq' as sequence`,
        );
        const name = rows[0]?.sequence ?? '';
        await pool.query(
          `select setval('${name}', (last_value / ${String(segmentEntries)} + 1) * ${String(segmentEntries)} - 3) from ${name}`,
        );
      }
    }
  }

  heard(child: ServiceChild): void {
    for (const line of child.said) {
      const [what, id] = line.split(' ');
      if (what === 'decided' && id !== undefined) this.promised.push(id);
      if (what === 'fault') throw new Error(line);
    }
  }

  /**
   * From now until the next look, edits may be seen only together: capture is going to be off, and what its log still holds by then is
   * passed over with the gap. What was typed before has been read.
   */
  private async notWatched(): Promise<void> {
    await this.pause();
    await this.pair.start({ absenceMs: 1000 });
    try {
      await this.pair.quiet(90_000);
    } finally {
      await this.pair.stop();
    }
    this.gapFrom ??= await this.positions();
    this.work();
  }

  /** Lets everything come to an end and looks at it. */
  async look(): Promise<Verdict> {
    await this.pause();
    await this.pair.start({ absenceMs: 1000 });
    try {
      await this.pair.quiet(90_000);
      await this.readThrough(90_000);
      await this.pair.quiet(90_000);
    } finally {
      await this.pair.stop();
    }
    if (this.gapFrom !== null) {
      const [from, to] = [this.gapFrom, await this.positions()];
      this.unwatched.push({ a: [from.a, to.a], b: [from.b, to.b] });
      this.gapFrom = null;
    }
    const hub = this.pair.hub.general;
    const verdict = await judge({
      a: await factsOf(this.pair.a),
      b: await factsOf(this.pair.b),
      hub,
      unwatched: this.unwatched,
      promised: this.promised,
    });
    const plan = await new RevisionPlans(this.pair.hub).planOf(1);
    return { ...verdict, violations: [...verdict.violations, ...(await auditDerive(hub, plan))] };
  }

  /** What a lost log had told of deletions is looked for only when there is nothing else to do. */
  private async readThrough(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { rows } = await this.pair.hub.general.query(
        'select side, phase from absence_sweep where phase is not null or finished_at is null',
      );
      if (rows.length === 0) return;
      if (Date.now() > deadline) throw new Error(`still being read through: ${JSON.stringify(rows)}`);
      await sleep(50);
    }
  }

  /** All that is stored of the record in question, to see what went wrong. */
  async story(violation: string): Promise<string> {
    const hub = this.pair.hub.general;
    const key =
      /\bk\d+\b|\b[ab]\d+-new\b/.exec(violation)?.[0] ?? (await this.keyOf(violation.split(' ')[0] ?? ''));
    const id = Number(/^\d+/.exec(violation)?.[0] ?? 0);
    const lines: string[] = [];
    const tell = async (text: string, values: unknown[]): Promise<void> => {
      for (const row of (await hub.query(text, values)).rows) lines.push(JSON.stringify(row));
    };
    const link = `select s.link_id from shadow s where s.link_id = $2 or coalesce(s.fields ->> 'key', s.fields -> 'key' ->> 'v') = $1`;
    await tell(
      `select l.*, s.rev, s.att_a, s.att_b, s.clock, s.fields, s.open from link l join shadow s on s.link_id = l.id where l.id in (${link})`,
      [key, id],
    );
    await tell(
      `select id, unit, state, kind, key, opened_at, changed_at, closed_at, close_reason from conflict where link_id in (${link}) order by opened_at`,
      [key, id],
    );
    await tell(
      `select id, unit, take, outcome, at, undo_until from decision where link_id in (${link}) order by at`,
      [key, id],
    );
    await tell(
      `select id, kind, side, source_tx, batch_a, batch_b, recorded_at, occurred_at, decision_id, units from lineage where link_id in (${link}) order by id limit 200`,
      [key, id],
    );
    for (const side of ['a', 'b'] as const)
      for (const row of (
        await this.pair[side].query('select * from register where key = $1 order by pos', [key])
      ).rows)
        lines.push(`${side} ${JSON.stringify(row)}`);
    return lines.join('\n');
  }

  /** The record for which a text was typed. */
  private async keyOf(text: string): Promise<string> {
    const find = `select key from register where exists (select from jsonb_each_text(became) e where e.value = $1) limit 1`;
    for (const side of ['a', 'b'] as const) {
      const { rows } = await this.pair[side].query<{ key: string }>(find, [text]);
      if (rows[0] !== undefined) return rows[0].key;
    }
    return '';
  }

  private async positions(): Promise<{ a: number; b: number }> {
    const last = async (pool: pg.Pool): Promise<number> =>
      Number(
        (await pool.query<{ pos: string }>('select coalesce(max(pos), 0) as pos from register')).rows[0]?.pos,
      );
    const [a, b] = await Promise.all([last(this.pair.a), last(this.pair.b)]);
    return { a, b };
  }

  async close(): Promise<void> {
    await this.pause();
    await this.pair.close();
  }
}
