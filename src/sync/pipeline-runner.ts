import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { fullJitter } from '../common/backoff.js';
import type { Clock } from '../common/clock.js';
import { AppError, messageOf } from '../common/errors.js';
import { failpoint } from '../common/failpoint.js';
import { SIDES, type Side } from '../core/clock.js';
import type { Leases, LeaseGrant } from '../database/lease.js';
import type { HubPools } from '../database/pools.js';
import { haltPipeline } from '../database/sql/halt.js';
import { askAboutRestored } from '../database/sql/restored.js';
import { run, type Statement } from '../database/sql/statement.js';
import { AbsenceSweep, type SweepHost } from './absence-sweep.js';
import { nextRuleExpiry } from '../core/pipeline/compile.js';
import { pipelineSettings } from '../core/pipeline/settings.js';
import { FirstLoad } from './first-load.js';
import { CursorMoved } from './lane/transaction.js';
import type { PipelineOpener } from './open-pipeline.js';
import { GapFound } from './capture.js';
import { inOurTransaction } from './our-transaction.js';
import type { PipelineState } from '../common/pipeline-state.js';
import { PipelineWorker } from './pipeline-worker.js';
import { Recasting } from './recasting.js';
import { Rematching } from './rematching.js';
import { Resync } from './resync.js';
import { Reunion } from './reunion.js';
import { ReturnedRights } from './returned-rights.js';
import { SchemaWatch } from './schema-watch.js';
import type { RunningPipeline } from './running-pipeline.js';
import { SideRuntime } from './side-runtime.js';
import { Sweeper } from './sweeper.js';
import { Verifications } from './verify/verifications.js';

export interface Timing {
  /** How long another process waits before it takes over from one that died. */
  readonly leaseMs: number;
  /** How often a quiet pipeline cleans up behind itself. */
  readonly sweepMs: number;
  /** How long a record that a read did not find must stay missing to be taken for deleted. */
  readonly absenceMs: number;
}

export const TIMING: Timing = { leaseMs: 5000, sweepMs: 60_000, absenceMs: 5000 };
const STATE_READ_MS = 1000;
const CATCH_UP_MS = 25;
const BACKOFF = { firstMs: 200, mostMs: 15_000 };

interface StateRow {
  state: PipelineState;
  paused: boolean;
  paused_a: boolean;
  paused_b: boolean;
  reunite: boolean;
  rematch: boolean;
}

const readState: Statement<StateRow> = {
  name: 'sync_read_state',
  text: `
  select p.state, p.reunite, p.rematch_side is not null as rematch, p.paused_at is not null as paused,
         (select paused_at is not null from side_state where pipeline_id = p.id and side = 'A') as paused_a,
         (select paused_at is not null from side_state where pipeline_id = p.id and side = 'B') as paused_b
  from pipeline p where p.id = $1`,
};

const setSideProblem: Statement<Record<string, never>> = {
  name: 'sync_set_side_problem',
  text: `update side_state set error_code = $2, error_detail = $3, error_since = coalesce(error_since, clock_timestamp()) where pipeline_id = $1 and side = any($4::text[])`,
};

const clearSideProblem: Statement<Record<string, never>> = {
  name: 'sync_clear_side_problem',
  text: `update side_state set error_code = null, error_detail = null, error_since = null, retry_at = null where pipeline_id = $1`,
};

/** Keeps one pipeline running in this process while it holds the pipeline's lease; waits for it otherwise. */
export class PipelineRunner {
  readonly #stop = new AbortController();
  #wake: (() => void) | null = null;
  #woken = false;
  #running: Promise<void> | null = null;
  #idlePasses = 0;
  /** A problem of a side was shown that is none of the running pipeline's own. */
  #showsProblem = false;

  constructor(
    private readonly pipelineId: number,
    private readonly name: string,
    private readonly opener: PipelineOpener,
    private readonly pools: HubPools,
    private readonly leases: Leases,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly timing: Timing = TIMING,
  ) {}

  /** How often this process has looked and found nothing to do, ever. Two more than at some moment: all that came before it is done. */
  get idlePasses(): number {
    return this.#idlePasses;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Finishes the writes on their way, then lets go of the lease. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#running;
  }

  /** Something changed that is not on the sides: a decision, a pause, an accepted report. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const holder = `${String(process.pid)}-${crypto.randomUUID()}`;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const grant = await this.leases
        .acquire(`sync:${String(this.pipelineId)}`, holder, this.timing.leaseMs)
        .catch(() => null);
      if (grant === null) {
        await this.#wait(this.timing.leaseMs / 5);
        continue;
      }
      try {
        await failpoint('pipeline.leased');
        await this.#hold(grant);
        failures = 0;
      } catch (error) {
        if (this.#stop.signal.aborted) break;
        failures = error instanceof CursorMoved ? 1 : failures + 1;
        this.log.warn({ pipeline: this.name, err: error }, 'pipeline interrupted');
        await this.#wait(fullJitter(failures, BACKOFF));
      } finally {
        await this.leases.release(grant).catch(() => undefined);
      }
    }
  }

  async #hold(grant: LeaseGrant): Promise<void> {
    const lost = new AbortController();
    let renewing = false;
    const renew = setInterval(() => {
      // A transaction holds the lease's row while it runs: one renewal waits for it, more would only queue up.
      if (renewing) return;
      renewing = true;
      this.leases.renew(grant, this.timing.leaseMs).then(
        (held) => {
          renewing = false;
          if (!held) lost.abort();
        },
        () => {
          renewing = false;
        },
      );
    }, this.timing.leaseMs / 4);
    const signal = AbortSignal.any([this.#stop.signal, lost.signal]);
    let pipeline: RunningPipeline | null = null;
    try {
      pipeline = await this.opener.open(this.pipelineId);
      await failpoint('pipeline.opened');
      await this.#showProblem(null);
      await this.#work(pipeline, grant, signal);
    } catch (error) {
      if (!signal.aborted) await this.#showProblem(error, pipeline === null ? SIDES : []);
      throw error;
    } finally {
      clearInterval(renew);
      if (pipeline !== null) {
        await pipeline.ends.A.endpoint.close();
        await pipeline.ends.B.endpoint.close();
      }
    }
  }

  /** A side that cannot be opened or installed on is shown with its cause; the pipeline waits for it. `null`: it can. */
  async #showProblem(error: unknown, unlessSaid: readonly Side[] = []): Promise<void> {
    if (error === null && this.#showsProblem)
      await run(this.pools.general, clearSideProblem, [this.pipelineId]);
    this.#showsProblem = error !== null;
    if (!(error instanceof AppError)) return;
    const { side } = error.details;
    const sides = side === 'A' || side === 'B' ? [side] : unlessSaid;
    await run(this.pools.general, setSideProblem, [this.pipelineId, error.code, messageOf(error), sides]);
  }

  async #work(pipeline: RunningPipeline, grant: LeaseGrant, signal: AbortSignal): Promise<void> {
    const host: SweepHost = {
      assertOurs: (client) => this.leases.assertHeld(client, grant),
      halted: () => {
        this.wake();
      },
    };
    const worker = new PipelineWorker(pipeline, this.pools, this.clock, host.assertOurs);
    const { absenceMs } = this.timing;
    const absences = new AbsenceSweep(pipeline, worker, this.pools, this.clock, host, absenceMs);
    const verifier = new Verifications(pipeline, worker, this.pools, this.clock, host);
    try {
      await this.#loop(pipeline, worker, absences, verifier, signal);
    } finally {
      await verifier.stop();
      await worker.finish();
    }
  }

  async #loop(
    pipeline: RunningPipeline,
    worker: PipelineWorker,
    absences: AbsenceSweep,
    verifier: Verifications,
    signal: AbortSignal,
  ): Promise<void> {
    const sweeper = new Sweeper(pipeline, this.pools);
    const schemas = new SchemaWatch(pipeline, this.clock);
    const rights = new ReturnedRights(pipeline, this.pools, this.clock);
    const { pollMs } = pipelineSettings(pipeline.spec);
    // An expired rule makes a new revision: the pipeline is opened anew.
    const expiry = nextRuleExpiry(pipeline.spec, this.clock.now());
    let state = await this.#state();
    let stateAt = this.clock.now();
    let sweptAt = this.clock.now();
    if (state.state !== 'running' && state.state !== 'halted') {
      if (!(await this.#firstLoad(pipeline, worker, state, signal))) return;
      state = await this.#state();
    }
    await worker.load();
    let quietSince: number | null = null;
    const returned = new Set(SIDES.filter((side) => pipeline.ends[side].returned.size > 0));
    while (!signal.aborted) {
      const woken = this.#takeWoken();
      if (woken) verifier.wake();
      if (woken || this.clock.now() - stateAt > STATE_READ_MS) {
        state = await this.#state();
        stateAt = this.clock.now();
        await worker.refreshPauses({ A: state.paused_a, B: state.paused_b });
      }
      // Never loaded to the end, or to be loaded anew: opened again, it goes on with that.
      if (state.state !== 'running' && state.state !== 'halted') return;
      if (state.state !== 'running' || state.paused) {
        if (state.state !== 'running' || !(await verifier.step('paused'))) await this.#pause(STATE_READ_MS);
        continue;
      }
      // Altered under us: opened anew, with what is there now.
      if (await schemas.hasMoved(worker.sides)) return;
      if (await rights.look()) this.wake();
      if (state.reunite) {
        if (await new Reunion(pipeline, worker, this.pools, signal).run()) return;
        await this.#pause(STATE_READ_MS);
        continue;
      }
      if (pipeline.recast !== null) {
        if (await new Recasting(pipeline, worker, this.pools, signal).run()) return;
        await this.#pause(STATE_READ_MS);
        continue;
      }
      if (state.rematch) {
        if (await new Rematching(pipeline, worker, this.pools, signal).run()) state = await this.#state();
        else await this.#pause(STATE_READ_MS);
        await worker.refreshPauses({ A: state.paused_a, B: state.paused_b });
        continue;
      }
      for (const side of SIDES) {
        if (worker.sides[side].cursor !== null && !returned.has(side)) continue;
        if (!(await new Resync(pipeline, worker, this.pools, signal).run(side))) continue;
        returned.delete(side);
        // Fields that neither side had been read for: now that one was, what the other holds can be judged.
        const { anew } = pipeline.ends[side];
        if ([...anew].some((unit) => pipeline.plan.suspended.has(unit))) return;
      }
      const found = (await worker.hasWork()) ? await this.#cycle(worker, pipeline, signal) : 'nothing';
      if (found === 'other-schema') return;
      const more = found === 'more' || found === 'halted';
      const now = this.clock.now();
      if (!more) this.#idlePasses++;
      if (expiry !== null && now >= expiry) return;
      // Also while there is always more to do: the log on a side must not grow for that.
      if (now - sweptAt > this.timing.sweepMs) {
        sweptAt = now;
        await sweeper.sweep();
      }
      if (more) {
        quietSince = null;
        await absences.step('busy');
        await verifier.step('busy');
        continue;
      }
      if (quietSince === null || now - quietSince > 5000) {
        quietSince = now;
        await SideRuntime.caughtUp(
          this.pools.general,
          pipeline.id,
          SIDES.filter((side) => worker.sides[side].available(now)),
        );
      }
      const swept = await absences.step('idle');
      if (!(await verifier.step('idle')) && !swept) await this.#pause(pollMs);
    }
  }

  async #cycle(
    worker: PipelineWorker,
    pipeline: RunningPipeline,
    signal: AbortSignal,
  ): Promise<'more' | 'nothing' | 'halted' | 'other-schema'> {
    try {
      return (await worker.cycle()) ? 'more' : 'nothing';
    } catch (error) {
      if (!(error instanceof GapFound)) throw error;
      this.log.warn({ pipeline: this.name, side: error.side, reason: error.reason }, 'capture has a gap');
      if (error.reason === 'truncated' || error.reason === 'restored') {
        const { label } = pipeline.ends[error.side];
        await new Resync(pipeline, worker, this.pools, signal).forget(error.side);
        const next =
          error.reason === 'restored'
            ? 'Nothing was written. Resume with what is right: the side as it is, or what Accord knows.'
            : 'Nothing was deleted elsewhere. Resume to compare both sides again.';
        const why = `${label}: ${error.message}. ${next}`;
        await inOurTransaction(this.pools.general, worker.assertOurs, async (client) => {
          if (error.reason === 'restored') await run(client, askAboutRestored, [this.pipelineId, error.side]);
          await run(client, haltPipeline, [this.pipelineId, why]);
        });
        this.wake();
        return 'halted';
      } else if (error.reason === 'schema-changed') {
        await new Resync(pipeline, worker, this.pools, signal).forget(error.side);
        return 'other-schema';
      } else {
        await new Resync(pipeline, worker, this.pools, signal).run(error.side);
      }
      return 'more';
    }
  }

  /** @returns false when it waits for a person (and was interrupted while waiting) */
  async #firstLoad(
    pipeline: RunningPipeline,
    worker: PipelineWorker,
    from: StateRow,
    signal: AbortSignal,
  ): Promise<boolean> {
    const load = new FirstLoad(pipeline, this.pools, worker.assertOurs, this.clock, signal, () => undefined);
    let state = from.state;
    for (;;) {
      state = await load.advance(state);
      if (state !== 'report') break;
      await this.#wait(STATE_READ_MS);
      if (signal.aborted) return false;
    }
    await worker.load();
    worker.adopt(load.receipts);
    // Loaded is what stood when the load ended: until each side was read to its end once. There may always be more.
    while (!signal.aborted && SIDES.some((side) => !worker.sides[side].readToEnd)) {
      for (const side of SIDES)
        if (worker.sides[side].cursor === null)
          await new Resync(pipeline, worker, this.pools, signal).run(side);
      const found = await this.#cycle(worker, pipeline, signal);
      if (found === 'other-schema' || found === 'halted') return false;
      if (found === 'nothing') await this.#wait(CATCH_UP_MS);
    }
    if (signal.aborted || (await this.#state()).state === 'halted') return false;
    await load.finish();
    this.log.info({ pipeline: this.name }, 'first load finished');
    return true;
  }

  async #state(): Promise<StateRow> {
    const [row] = await run(this.pools.general, readState, [this.pipelineId]);
    if (row === undefined) throw new AppError('not-found', `pipeline ${this.name} is not in the database`);
    return row;
  }

  #takeWoken(): boolean {
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }

  /** Where nobody looks at what it was woken for: only what comes from now on ends it, or it would never wait again. */
  async #wait(ms: number): Promise<void> {
    this.#woken = false;
    await this.#pause(ms);
  }

  async #pause(ms: number): Promise<void> {
    if (this.#woken || this.#stop.signal.aborted) return;
    const done = new AbortController();
    this.#wake = () => {
      done.abort();
    };
    await sleep(ms, undefined, { signal: done.signal }).catch(() => undefined);
    this.#wake = null;
  }
}
