import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import type { Plan } from '../core/plan.js';
import type { Json } from '../core/value.js';
import { actorOf, appendAudit } from '../database/audit.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { announcePipeline } from '../database/sql/announce-pipeline.js';
import { acceptLoadReport } from '../database/sql/load-report.js';
import { pause, resume } from '../database/sql/pause.js';
import { answerRestored, restoredSides } from '../database/sql/restored.js';
import { parseRate } from '../core/pipeline/duration.js';
import { setLoadRate } from '../database/sql/load/rate.js';
import type { CountsRow } from '../database/sql/pipeline-counts.js';
import { type PipelineRow, pipelineRows } from '../database/sql/pipeline-rows.js';
import { type SideRow, sideRows } from '../database/sql/side-rows.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { CountsCache } from './counts-cache.js';
import type { LoadFigures, Pause, PipelineFigures, SideFigures } from './pipeline-figures.js';

/** What operators see of pipelines and do to them. The engine learns of it from the database. */
@Injectable()
export class PipelinesService {
  constructor(
    private readonly pools: HubPools,
    private readonly counts: CountsCache,
    private readonly plans: PlanStore,
    private readonly clock: Clock,
  ) {}

  /** @param only names of pipelines; `null`: all */
  async list(only: readonly string[] | null = null): Promise<PipelineFigures[]> {
    const rows = await pipelineRows(this.pools.general, null);
    return this.figures(rows.filter(({ name }) => only === null || only.includes(name)));
  }

  /** @throws AppError `not-found` */
  async get(name: string): Promise<PipelineFigures> {
    const [figures] = await this.figures(await pipelineRows(this.pools.general, name));
    if (figures === undefined) throw await this.noSuchPipeline(name);
    return figures;
  }

  /** @throws AppError `not-found` */
  async pause(name: string, side: 'A' | 'B' | null, by: Caller, reason: string): Promise<PipelineFigures> {
    const done = await this.#recorded(name, by, 'pipeline.paused', { side, reason }, (client) =>
      pause(client, { name, side, by: by.name, reason }),
    );
    if (!done) throw await this.noSuchPipeline(name, side);
    return this.get(name);
  }

  /** @throws AppError `not-found` */
  async resume(
    name: string,
    side: 'A' | 'B' | null,
    by: Caller,
    restored: 'give-back' | 'take' | null,
  ): Promise<PipelineFigures> {
    const detail = { side, ...(restored !== null && { restored }) };
    const done = await this.#recorded(name, by, 'pipeline.resumed', detail, async (client) => {
      if (side === null) await answerForRestored(client, name, restored);
      return resume(client, name, side);
    });
    if (!done) throw await this.noSuchPipeline(name, side);
    await this.announce(name);
    return this.get(name);
  }

  /** False when no report waits to be accepted. */
  acceptLoad(name: string, by: Caller): Promise<boolean> {
    return this.#recorded(name, by, 'load.accepted', {}, (client) => acceptLoadReport(client, name, by.name));
  }

  /** False when no load is under way, or waits to be. */
  setLoadRate(name: string, side: 'A' | 'B', rate: string | null, by: Caller): Promise<boolean> {
    return this.#recorded(name, by, 'load.rate-set', { side, rate }, async (client) => {
      const set = await run(client, setLoadRate, [name, side, rate]);
      return set.length > 0;
    });
  }

  /** The engine and the screens look at it again; they would by themselves, a second later. */
  async announce(name: string): Promise<void> {
    this.counts.forget();
    await run(this.pools.general, announcePipeline, [name]);
  }

  /** Does it and says so in the audit log, both or neither; nothing where there was nothing to do. */
  #recorded(
    name: string,
    by: Caller,
    action: string,
    detail: Readonly<Record<string, Json>>,
    work: (client: PoolClient) => Promise<boolean>,
  ): Promise<boolean> {
    return inTransaction(this.pools.general, async (client) => {
      if (!(await work(client))) return false;
      const entry = { actor: actorOf(by), action, object: name, pipeline: name, detail };
      await appendAudit(client, this.clock.now(), entry);
      return true;
    });
  }

  private async figures(rows: readonly PipelineRow[]): Promise<PipelineFigures[]> {
    const sides = await sideRows(
      this.pools.general,
      rows.map(({ id }) => id),
    );
    return Promise.all(
      rows.map(async (row) => {
        const side = (name: 'A' | 'B'): SideRow | undefined =>
          sides.find((of) => of.pipeline_id === row.id && of.side === name);
        return figuresOf(row, side('A'), side('B'), await this.counts.of(row.id), await this.plan(row));
      }),
    );
  }

  /** `null` before its first revision, which needs both systems, was made. */
  private async plan({ id, revision }: PipelineRow): Promise<Plan | null> {
    return revision === 0 ? null : this.plans.planOf(id);
  }

  private async noSuchPipeline(name: string, side: 'A' | 'B' | null = null): Promise<AppError> {
    const names = (await pipelineRows(this.pools.general, null)).map((row) => row.name);
    if (side !== null && names.includes(name)) {
      return new AppError('not-found', `Side ${side} of pipeline ${name} was never started`);
    }
    const there = names.length === 0 ? 'there is none yet' : `there are: ${names.join(', ')}`;
    return new AppError('not-found', `There is no pipeline ${JSON.stringify(name)}; ${there}`);
  }
}

function figuresOf(
  row: PipelineRow,
  a: SideRow | undefined,
  b: SideRow | undefined,
  counts: CountsRow | undefined,
  plan: Plan | null,
): PipelineFigures {
  const linked = counts?.linked ?? 0;
  const excluded = counts?.excluded ?? 0;
  return {
    id: row.id,
    name: row.name,
    revision: row.revision,
    state: row.state,
    stateDetail: row.state_detail,
    paused: pauseOf(row),
    sides: { A: a === undefined ? null : sideOf(a), B: b === undefined ? null : sideOf(b) },
    counts: {
      linked,
      excluded,
      inSync: Math.max(0, linked - excluded - (counts?.unsettled ?? 0)),
      conflicts: counts?.conflicts ?? 0,
      held: counts?.held ?? 0,
      blocked: counts?.blocked ?? 0,
      waiting: counts?.waiting ?? 0,
      guards: counts?.guards ?? 0,
      unmatched: counts?.unmatched ?? 0,
      changesTotal: counts?.changes_total ?? 0,
      writesTotal: counts?.writes_total ?? 0,
    },
    load: loadOf(row),
    plan,
  };
}

/** @throws AppError `choice-needed` */
async function answerForRestored(
  client: PoolClient,
  name: string,
  answer: 'give-back' | 'take' | null,
): Promise<void> {
  const asked = await run(client, restoredSides, [name]);
  if (asked.length === 0) return;
  if (answer === null)
    throw new AppError(
      'choice-needed',
      `${asked.map(({ label }) => label).join(' and ')} was restored or replaced: say whether it gets back what Accord knows ("restored": "give-back"), or what it shows now are edits ("restored": "take").`,
    );
  await run(client, answerRestored, [name, answer]);
}

function sideOf(row: SideRow): SideFigures {
  return {
    side: row.side,
    label: row.label,
    connector: row.connector,
    object: row.object,
    lagSeconds: row.lag_seconds,
    backlog: row.backlog,
    paused: pauseOf(row),
    error: errorOf(row),
    restored: row.restored === 'ask',
    lastReadAt: row.read_at,
    lastWriteAt: row.wrote_at,
  };
}

/** What fails now, else what the side has lost and the pipeline goes on without. */
function errorOf({
  error_code: code,
  error_since: since,
  error_detail,
  lost,
}: SideRow): SideFigures['error'] {
  if (code !== null && since !== null) return { code, detail: error_detail ?? '', since };
  if (lost === null) return null;
  const detail = lost.map(({ why }) => why).join(' ');
  const first = new Date(Math.min(...lost.map((one) => one.since)));
  return {
    code: 'field-unknown',
    detail: `${detail} The fields concerned wait; all others go on.`,
    since: first,
  };
}

function pauseOf(row: {
  readonly paused_at: Date | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
}): Pause | null {
  if (row.paused_at === null) return null;
  return { at: row.paused_at, by: row.paused_by ?? '', reason: row.pause_reason ?? '' };
}

function loadOf(row: PipelineRow): LoadFigures | null {
  const { load_phase: phase } = row;
  if (phase === null) return null;
  const [done, total] = [row.load_done ?? 0, row.load_total ?? 0];
  const rate = { A: row.load_rate_a, B: row.load_rate_b };
  return { phase, done, total, rate, ...pace(done, total, row.load_seconds, limitOf(phase, rate)) };
}

/** Records in a second that the load may make where it makes some now; `null`: no limit. */
export function limitOf(phase: string | null, rate: LoadFigures['rate']): number | null {
  const text = phase === 'create-a' ? rate.A : phase === 'create-b' ? rate.B : null;
  if (text === null) return null;
  const { count, perMs } = parseRate(text);
  return (count * 1000) / perMs;
}

/** How fast, and how long still at this pace, or at the rate that is allowed now; not known before something was done. */
export function pace(
  done: number,
  total: number,
  seconds: number | null,
  limit: number | null = null,
): { ratePerSecond: number | null; secondsLeft: number | null } {
  if (seconds === null || seconds <= 0 || done === 0) return { ratePerSecond: null, secondsLeft: null };
  const ratePerSecond = done / seconds;
  const expected = limit === null ? ratePerSecond : Math.min(limit, ratePerSecond);
  return { ratePerSecond, secondsLeft: Math.max(0, Math.ceil((total - done) / expected)) };
}
