import type { PoolClient } from 'pg';
import { certificateHash, DifferenceDigest, type Certificate } from '../../common/certificate.js';
import type { Clock } from '../../common/clock.js';
import { messageOf } from '../../common/errors.js';
import { failpoint } from '../../common/failpoint.js';
import { publicId } from '../../common/public-ids.js';
import { ConnectorError } from '../../connectors/errors.js';
import { REASONS, type Reason } from '../../core/difference.js';
import { durationMs } from '../../core/pipeline/duration.js';
import { StoredFormError } from '../../core/stored-form.js';
import { ACCORD, appendAudit } from '../../database/audit.js';
import type { HubPools } from '../../database/pools.js';
import { countLinks } from '../../database/sql/absence.js';
import { announcePipeline } from '../../database/sql/announce-pipeline.js';
import { run } from '../../database/sql/statement.js';
import {
  askWhenDue,
  beginRecordLook,
  beginVerification,
  countDifferences,
  failVerification,
  finishVerification,
  forgetOldDifferences,
  lockOpenRecordLook,
  lockOpenVerification,
  nextDifferences,
  readOpenRecordLook,
  readOpenVerification,
  setVerificationPhase,
  type VerificationRow,
} from '../../database/sql/verification.js';
import { inTransaction } from '../../database/transaction.js';
import type { SweepHost } from '../absence-sweep.js';
import type { PipelineWorker } from '../pipeline-worker.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { finishResync } from './finish-resync.js';
import { Look } from './look.js';
import { Repair } from './repair.js';
import { EMPTY_TALLY, MOST_ALONE, Scan, TooManyDifferences } from './scan.js';
import { Suspects } from './suspects.js';

const DEFAULT_EVERY = '1d';
/** How often to see whether somebody has asked, and whether it is time. */
const LOOK_MS = 1000;
const DUE_MS = 60_000;
const AGAIN_MS = 1000;
/** A pipeline that always has work is held up by no more than one step in this time. */
const BUSY_MS = 250;

interface Scanning {
  readonly scan: Scan;
  done: Promise<void>;
  over: boolean;
  error: unknown;
}

/**
 * Compares both sides with what is held of them when asked for or when it is time, and issues a certificate. The reading goes on beside
 * the pipeline's work; the looks at what is suspected, and repairs, take their turn in it. Cut off anywhere it goes on where it was.
 */
export class Verifier {
  readonly #everyMs: number | null;
  readonly #suspects: Suspects;
  readonly #stop = new AbortController();
  readonly #repair: Repair;
  #row: VerificationRow | null = null;
  #scan: Scanning | null = null;
  #lookedAt = 0;
  #dueAt = 0;
  #notBefore = 0;
  #steppedAt = 0;

  constructor(
    private readonly pipeline: RunningPipeline,
    worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly host: Pick<SweepHost, 'assertOurs'>,
    /** `record`: single records that somebody wants read again; they are suspected from the start, and nothing is certified. */
    private readonly of: 'all' | 'record' = 'all',
  ) {
    const every = of === 'record' ? 'off' : (pipeline.spec.schedule?.verifyEvery ?? DEFAULT_EVERY);
    this.#everyMs = every === 'off' ? null : durationMs(every);
    const look = new Look(pipeline, worker, pools, clock);
    this.#suspects = new Suspects(pipeline, worker, pools, clock, look, host.assertOurs);
    this.#repair = new Repair(pipeline, worker, pools, clock, look, host.assertOurs);
  }

  /** To be called between the pipeline's own steps. @returns true when there may be more to do at once */
  async step(pipeline: 'idle' | 'busy' | 'paused'): Promise<boolean> {
    const now = this.clock.now();
    if (now < this.#notBefore) return false;
    try {
      this.#row ??= await this.#open(now);
      if (this.#row === null) return false;
      if (this.#scan !== null) this.#scan.scan.busy = pipeline === 'busy';
      if (pipeline === 'busy' && now - this.#steppedAt < BUSY_MS) return false;
      this.#steppedAt = now;
      return await this.#advance(this.#row, pipeline);
    } catch (error) {
      await this.#failed(error);
      return false;
    }
  }

  get #openOnes(): typeof readOpenVerification {
    return this.of === 'record' ? readOpenRecordLook : readOpenVerification;
  }

  /** Somebody may have asked for one. */
  wake(): void {
    this.#lookedAt = 0;
  }

  /** Ends what goes on beside the pipeline's work. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#scan?.done;
  }

  async #open(now: number): Promise<VerificationRow | null> {
    if (now - this.#lookedAt < LOOK_MS) return null;
    this.#lookedAt = now;
    if (this.#everyMs !== null && now - this.#dueAt > DUE_MS) {
      this.#dueAt = now;
      await run(this.pools.general, askWhenDue, [this.pipeline.id, this.#everyMs]);
    }
    let [row] = await run(this.pools.general, this.#openOnes, [this.pipeline.id]);
    if (row === undefined) return null;
    // What another revision had found says nothing about this one.
    if (row.state === 'asked' || row.revision !== this.pipeline.revision) {
      await this.#begin(row);
      [row] = await run(this.pools.general, this.#openOnes, [this.pipeline.id]);
    }
    return row ?? null;
  }

  async #begin({ id }: VerificationRow): Promise<void> {
    const [count] = await run(this.pools.general, countLinks, [this.pipeline.id]);
    const tally = { A: EMPTY_TALLY, B: EMPTY_TALLY };
    await inTransaction(this.pools.general, async (client) => {
      await this.host.assertOurs(client);
      if (this.of === 'record') {
        await run(client, beginRecordLook, [id, this.pipeline.revision, count?.n ?? 0]);
        return;
      }
      await run(client, beginVerification, [
        id,
        this.pipeline.revision,
        count?.n ?? 0,
        JSON.stringify(tally),
      ]);
    });
  }

  async #advance(row: VerificationRow, pipeline: 'idle' | 'busy' | 'paused'): Promise<boolean> {
    const scan = this.#scan ?? this.#startScan(row);
    if (scan.over && scan.error !== null) {
      this.#scan = null;
      await this.#failed(scan.error);
      return false;
    }
    const phase = scan.over && row.phase !== 'repair' ? 'looks' : row.phase;
    if (phase !== 'repair') {
      const looked = await this.#suspects.step(row.id, pipeline === 'paused');
      if (looked !== 'none' || !scan.over) return looked === 'some';
      await this.#goToRepairs(row);
      return true;
    }
    if (row.repair && pipeline !== 'paused') {
      const repaired = await this.#repair.step(row.id, row.total);
      if (repaired !== 'none') return repaired === 'some';
    }
    return await this.#finish(row);
  }

  /** Somebody may have asked for repairs since it began. */
  async #goToRepairs({ id }: VerificationRow): Promise<void> {
    await inTransaction(this.pools.general, async (client) => {
      await this.host.assertOurs(client);
      await run(client, setVerificationPhase, [id, 'repair']);
    });
    const [row] = await run(this.pools.general, this.#openOnes, [this.pipeline.id]);
    this.#row = row ?? null;
  }

  #startScan(row: VerificationRow): Scanning {
    const scan = new Scan(this.pipeline, this.pools, row, this.host.assertOurs, this.#stop.signal);
    const over = row.phase === 'looks' || row.phase === 'repair';
    const state: Scanning = { scan, done: Promise.resolve(), over, error: null };
    if (!over) {
      state.done = scan.run().then(
        () => void (state.over = true),
        (error: unknown) => {
          state.error = error;
          state.over = true;
        },
      );
    }
    this.#scan = state;
    return state;
  }

  /** @returns true when there is more to do: somebody has asked for repairs at the last moment */
  async #finish({ id, repair }: VerificationRow): Promise<boolean> {
    const finishedAt = this.clock.now();
    await failpoint('verification.finishing');
    const asked = await inTransaction(this.pools.general, async (client) => {
      await this.host.assertOurs(client);
      const lock = this.of === 'record' ? lockOpenRecordLook : lockOpenVerification;
      const [row] = await run(client, lock, [this.pipeline.id]);
      if (row?.id !== id) throw new RangeError(`verification ${String(id)} is not the one under way`);
      if (row.repair && !repair) return row;
      if (row.link_id !== null) {
        await finishResync(client, this.pipeline, row, row.link_id, finishedAt);
        return null;
      }
      const certificate = await this.#certificate(client, row, finishedAt);
      const hash = certificateHash(certificate);
      const { differences: found } = certificate;
      await run(client, finishVerification, [
        id,
        JSON.stringify(found),
        JSON.stringify(certificate),
        hash,
        finishedAt,
      ]);
      await run(client, forgetOldDifferences, [this.pipeline.id]);
      await run(client, announcePipeline, [this.pipeline.name]);
      await failpoint('verification.finished');
      await appendAudit(client, finishedAt, {
        actor: ACCORD,
        action: 'verification.finished',
        object: publicId.verification(id),
        pipeline: this.pipeline.name,
        detail: { hash, differences: { ...found }, revision: certificate.revision },
      });
      return null;
    });
    if (asked === null) this.#forget();
    else this.#row = asked;
    return asked !== null;
  }

  async #certificate(client: PoolClient, row: VerificationRow, finishedAt: number): Promise<Certificate> {
    const tally = row.tally ?? { A: EMPTY_TALLY, B: EMPTY_TALLY };
    const counts = await run(client, countDifferences, [row.id]);
    const differences = Object.fromEntries(
      REASONS.map((reason) => [
        reason,
        counts.filter((one) => one.reason === reason).reduce((sum, { n }) => sum + n, 0),
      ]),
    ) as Record<Reason, number>;
    for (const { alone } of [tally.A, tally.B]) differences.policy += Math.max(0, alone - MOST_ALONE);
    const side = (of: 'A' | 'B'): Certificate['sides']['A'] => {
      const { label, endpoint } = this.pipeline.ends[of];
      const { records, fields, digest } = tally[of];
      return { label, object: endpoint.options.object, records, fields, digest };
    };
    return {
      version: 1,
      verification: publicId.verification(row.id),
      pipeline: this.pipeline.name,
      revision: this.pipeline.revision,
      startedAt: new Date(row.started_ms ?? finishedAt).toISOString(),
      finishedAt: new Date(finishedAt).toISOString(),
      sides: { A: side('A'), B: side('B') },
      differences,
      listDigest: await digestOfList(client, row.id),
    };
  }

  /** A system that cannot be reached is asked again; what nothing can mend ends the verification. */
  async #failed(error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const final = error instanceof TooManyDifferences || error instanceof StoredFormError;
    if (error instanceof ConnectorError) {
      this.#notBefore = this.clock.now() + AGAIN_MS;
      this.#row = null;
      this.#lookedAt = 0;
      return;
    }
    const id = this.#row?.id;
    if (!final || id === undefined) throw error;
    await inTransaction(this.pools.general, async (client) => {
      await this.host.assertOurs(client);
      await run(client, failVerification, [id, messageOf(error)]);
      await run(client, announcePipeline, [this.pipeline.name]);
    });
    this.#forget();
  }

  #forget(): void {
    this.#row = null;
    this.#scan = null;
    this.#lookedAt = 0;
  }
}

async function digestOfList(client: PoolClient, verification: number): Promise<string> {
  const digest = new DifferenceDigest();
  for (let after = 0; ;) {
    const rows = await run(client, nextDifferences, [verification, after, 1000]);
    for (const { kind, reason, link_id, side, ext_id, unit, held, seen, detail } of rows) {
      const record = link_id === null ? null : publicId.record(link_id);
      digest.add({ kind, reason, record, side, externalId: ext_id, unit, held, seen, detail });
    }
    const last = rows[rows.length - 1];
    if (last === undefined) return digest.hex();
    after = last.id;
  }
}
