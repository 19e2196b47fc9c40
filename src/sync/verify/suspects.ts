import type { PoolClient } from 'pg';
import type { Clock } from '../../common/clock.js';
import { failpoint } from '../../common/failpoint.js';
import { SIDES, type Side } from '../../core/clock.js';
import type { Difference } from '../../core/difference.js';
import { pipelineSettings } from '../../core/pipeline/settings.js';
import type { HubPools } from '../../database/pools.js';
import { run } from '../../database/sql/statement.js';
import {
  addDifferences,
  forgetSuspects,
  nextSuspects,
  setLooks,
  type SuspectRow,
} from '../../database/sql/verification.js';
import { inTransaction } from '../../database/transaction.js';
import { GapFound, isEmpty } from '../capture.js';
import type { PipelineWorker } from '../pipeline-worker.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { Look, Looked } from './look.js';

const AT_ONCE = 200;
/** A record that never holds still for so long is listed as being on its way. */
const PATIENCE_MS = 30_000;

/** What is remembered of the last look, and when the first was. */
interface Memory {
  readonly since: number;
  readonly marks: readonly string[];
}

interface Verdict {
  readonly stands: Record<string, unknown>[];
  readonly over: number[];
  readonly again: { readonly id: number; readonly look: string }[];
}

/**
 * Looks at what is suspected until it stands or is gone. A difference stands when two looks show it under the same clocks and
 * everything that had happened on both sides by the first look has been read in between: capture has then missed it, however much is
 * going on. The first sight of the scan counts for nothing.
 */
export class Suspects {
  readonly #settlingMs: Readonly<Record<Side, number>>;
  readonly #patienceMs: number;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly look: Look,
    private readonly assertOurs: (client: PoolClient) => Promise<void>,
  ) {
    const { capture } = pipelineSettings(pipeline.spec);
    const settling = (side: Side): number =>
      capture[side].mode === 'polling' ? capture[side].overlapMs + pipeline.ends[side].clock.errorMs : 0;
    this.#settlingMs = { A: settling('A'), B: settling('B') };
    this.#patienceMs = PATIENCE_MS + 2 * Math.max(this.#settlingMs.A, this.#settlingMs.B);
  }

  /**
   * Some of them. `paused`: nothing is read from the sides until a person resumes the pipeline; what waits to be read explains all else.
   * @returns `none` when there are no more; `later` when what is left must wait for capture
   */
  async step(verification: number, paused: boolean): Promise<'some' | 'later' | 'none'> {
    const suspects = await run(this.pools.general, nextSuspects, [verification, AT_ONCE]);
    if (suspects.length === 0) return 'none';
    for (const side of SIDES) if (!(await this.worker.readable(side))) return 'later';
    const behind = paused && (await this.#anyUnread());
    const ready = suspects.filter((s) => s.looked_ms === null || behind || this.#hasRead(s.looked_ms));
    if (ready.length === 0) return 'later';
    const verdict = await this.#judge(ready, behind);
    await failpoint('verification.looked');
    const now = this.clock.now();
    await inTransaction(this.pools.general, async (client) => {
      await this.assertOurs(client);
      if (verdict.stands.length > 0)
        await run(client, addDifferences, [verification, JSON.stringify(verdict.stands)]);
      if (verdict.over.length > 0) await run(client, forgetSuspects, [verdict.over]);
      if (verdict.again.length > 0)
        await run(client, setLooks, [
          verdict.again.map(({ id }) => id),
          verdict.again.map(({ look }) => look),
          now,
        ]);
    });
    return 'some';
  }

  #hasRead(since: number): boolean {
    return SIDES.every((side) => this.worker.sides[side].readUpTo >= since + this.#settlingMs[side]);
  }

  async #anyUnread(): Promise<boolean> {
    try {
      for (const side of SIDES) {
        const page = await this.worker.peek(side);
        if (page === null || page.more || !isEmpty(page)) return true;
        this.worker.sides[side].noteWorkedIn(page);
      }
      return false;
    } catch (error) {
      if (error instanceof GapFound) return true;
      throw error;
    }
  }

  async #judge(suspects: readonly SuspectRow[], behind: boolean): Promise<Verdict> {
    const verdict: Verdict = { stands: [], over: [], again: [] };
    const linked = suspects.filter((s) => s.link_id !== null);
    const looked = await this.look.atLinks(linked.map((s) => s.link_id as number));
    for (const suspect of linked)
      this.#judgeRecord(suspect, looked.get(suspect.link_id as number), behind, verdict);
    for (const side of SIDES) {
      const strangers = suspects.filter((s) => s.link_id === null && s.side === side);
      await this.#judgeStrangers(side, strangers, behind, verdict);
    }
    return verdict;
  }

  #judgeRecord(suspect: SuspectRow, looked: Looked | undefined, behind: boolean, verdict: Verdict): void {
    if (looked === undefined || looked.differences.length === 0) {
      verdict.over.push(suspect.id);
      return;
    }
    const { differences, moving } = looked;
    const marks = moving ? [] : differences.map(markOf);
    const memory = this.#memoryOf(suspect);
    const before = new Set(memory.marks);
    const same = marks.length === before.size && marks.every((mark) => before.has(mark));
    if (!same && !behind && !this.#isLost(memory)) {
      verdict.again.push({ id: suspect.id, look: JSON.stringify({ ...memory, marks }) });
      return;
    }
    verdict.over.push(suspect.id);
    for (const one of differences) {
      const proven = !behind && !moving && before.has(markOf(one));
      const unproven = { ...one, reason: 'in-flight' as const, detail: unprovenBecause(behind, moving) };
      const stands = proven || one.reason !== 'unknown' ? one : unproven;
      const external = one.side === null ? null : looked.ids[one.side];
      verdict.stands.push({ ...stands, link_id: suspect.link_id, ext_id: external });
    }
  }

  #memoryOf({ look }: SuspectRow): Memory {
    return look === null ? { since: this.clock.now(), marks: [] } : (look as unknown as Memory);
  }

  #isLost({ since }: Memory): boolean {
    return this.clock.now() - since > this.#patienceMs;
  }

  async #judgeStrangers(
    side: Side,
    suspects: readonly SuspectRow[],
    behind: boolean,
    verdict: Verdict,
  ): Promise<void> {
    const ids = suspects.map((s) => s.ext_id as string);
    const found = await this.look.atStrangers(side, ids);
    const { label } = this.pipeline.ends[side];
    for (const suspect of suspects) {
      const id = suspect.ext_id as string;
      const waits = found.waiting.has(id);
      if (!waits && !found.unknown.has(id)) {
        verdict.over.push(suspect.id);
        continue;
      }
      const memory = this.#memoryOf(suspect);
      const before = memory.marks.includes(id);
      if (!behind && !this.#isLost(memory) && (waits || !before)) {
        const marks = waits ? [] : [id];
        verdict.again.push({ id: suspect.id, look: JSON.stringify({ ...memory, marks }) });
        continue;
      }
      verdict.over.push(suspect.id);
      const [reason, detail] = waits
        ? ['in-flight', 'waits to be linked']
        : before && !behind
          ? ['unknown', `in ${label}, and nothing told of it`]
          : ['in-flight', unprovenBecause(behind, false)];
      verdict.stands.push({ kind: 'extra', reason, side, ext_id: id, detail, mark: '' });
    }
  }
}

function markOf({ kind, side, unit, reason, mark }: Difference): string {
  return [kind, side ?? '', unit ?? '', reason, mark].join('|');
}

function unprovenBecause(behind: boolean, moving: boolean): string {
  if (behind) return 'the pipeline is paused, and what happened on the sides waits to be read';
  return moving ? 'a write of Accord is on its way' : 'was edited whenever it was looked at';
}
