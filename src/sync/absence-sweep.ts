import type { PoolClient } from 'pg';
import type { Clock } from '../common/clock.js';
import { failpoint } from '../common/failpoint.js';
import type { RecordState, StatePage } from '../connectors/connector.js';
import { ConnectorError } from '../connectors/errors.js';
import { ABSENCE_GUARD, mostAbsent, tooManyAbsent, type AbsenceGuard } from '../core/absence.js';
import { takesPart, takingPartColumns } from '../core/archive.js';
import { readUnit } from '../core/at-rest.js';
import { SIDES, type Side } from '../core/clock.js';
import { durationMs } from '../core/pipeline/duration.js';
import { pipelineSettings } from '../core/pipeline/settings.js';
import { image } from '../core/unit.js';
import type { Json } from '../core/value.js';
import type { HubPools } from '../database/pools.js';
import {
  addAbsent,
  beginRounds,
  clearAbsent,
  countLinks,
  forgetAbsent,
  nextAbsent,
  nextLinks,
  readRound,
  saveRound,
  strangeIds,
  type LinkRow,
  type RoundRow,
} from '../database/sql/absence.js';
import { haltPipeline } from '../database/sql/halt.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import { fetchAll } from './fetch-all.js';
import type { PipelineWorker } from './pipeline-worker.js';
import type { RunningPipeline } from './running-pipeline.js';

const LINK_PAGE = 1000;
const ID_PAGE = 5000;
const WITNESSES = 20;
/** A pipeline that is never idle is held up by no more than one page in this time. */
const BUSY_MS = 1000;
const DEFAULT_EVERY = '1h';
const NOTHING: ReadonlySet<string> = new Set();

type Round = Readonly<RoundRow>;

export interface SweepHost {
  /** Throws when the pipeline has passed to another process. */
  readonly assertOurs: (client: PoolClient) => Promise<void>;
  /** The pipeline has been halted. */
  readonly halted: () => void;
}

/**
 * Finds what capture cannot see on a side that does not report deletions, or whose log has lost some: records that are gone, edits that did not move the
 * modification stamp, rows without one. One page a step, when the pipeline has nothing else to do; a round goes on where it was cut off.
 * A linked record that is missing is read again some time later, together with records that were there a moment ago, and only then taken
 * for deleted; too many at once never are.
 */
export class AbsenceSweep {
  /** As stored; `null`: nobody has asked for one. Absent: to be looked up. */
  readonly #rounds = new Map<Side, Round | null>();
  readonly #ids: Partial<Record<Side, AsyncIterator<readonly RecordState[]>>> = {};
  #steppedAt = 0;
  readonly #everyMs: number;
  readonly #guard: AbsenceGuard;

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly host: SweepHost,
    /** How long a record must stay missing. */
    private readonly confirmMs: number,
  ) {
    const { schedule, deletes } = pipeline.spec;
    this.#everyMs = durationMs(schedule?.sweepEvery ?? DEFAULT_EVERY);
    this.#guard = { ...ABSENCE_GUARD, ...deletes?.guard };
  }

  /** @returns true when there may be more to do at once */
  async step(pipeline: 'idle' | 'busy'): Promise<boolean> {
    let more = false;
    const now = this.clock.now();
    if (pipeline === 'busy' && now - this.#steppedAt < BUSY_MS) return false;
    this.#steppedAt = now;
    for (const side of SIDES) {
      try {
        const round = await this.#round(side);
        if (round !== null && this.#isDue(side, round)) more = (await this.#advance(side, round)) || more;
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        // Nothing was learned; the page is read again once the side can be.
        this.#ids[side] = undefined;
        await this.worker.sides[side].failed(error, this.clock.now());
      }
    }
    return more;
  }

  async #round(side: Side): Promise<Round | null> {
    if (this.worker.readThrough.delete(side)) {
      this.#rounds.delete(side);
      this.#ids[side] = undefined;
    }
    const known = this.#rounds.get(side);
    if (known !== undefined) return known;
    if (!this.#reportsDeletes(side))
      await run(this.pools.general, beginRounds, [this.pipeline.id, side, this.clock.now()]);
    const [row] = await run(this.pools.general, readRound, [this.pipeline.id, side]);
    this.#rounds.set(side, row ?? null);
    return row ?? null;
  }

  /**
   * A side that reports deletions is read through only when it was asked for, after its log had lost some; any other again and again. A
   * round that halted the pipeline counts as asked for: it is resumed to look again.
   */
  #isDue(side: Side, { phase, finished_ms: finished }: Round): boolean {
    if (phase !== null || finished === null) return true;
    return !this.#reportsDeletes(side) && this.clock.now() >= finished + this.#everyMs;
  }

  async #advance(side: Side, round: Round): Promise<boolean> {
    if (!(await this.worker.readable(side))) return false;
    switch (round.phase) {
      case null:
        return this.#begin(side, round);
      case 'links':
        return this.#readLinks(side, round);
      case 'rows':
        return this.#readIds(side, round);
      case 'confirm':
        return this.#confirm(side, round);
    }
  }

  async #begin(side: Side, round: Round): Promise<boolean> {
    const [count] = await run(this.pools.general, countLinks, [this.pipeline.id]);
    await this.#save(
      side,
      {
        ...round,
        phase: 'links',
        position: null,
        total: count?.n ?? 0,
        links: 0,
        missing: 0,
        witnesses: [],
        started_ms: this.clock.now(),
      },
      (client) => run(client, clearAbsent, [this.pipeline.id, side]),
    );
    return true;
  }

  /** Reads the next linked records by id: what differs is an edit that capture missed, what is not there may be deleted. */
  async #readLinks(side: Side, round: Round): Promise<boolean> {
    const links = await run(this.pools.general, nextLinks[side], [
      this.pipeline.id,
      Number(round.position ?? 0),
      LINK_PAGE,
    ]);
    const last = links[links.length - 1];
    if (last === undefined) {
      if (tooManyAbsent(round.links, round.missing, this.#guard)) return this.#halt(side, round);
      await this.#save(side, { ...round, phase: this.#readsAll(side) ? 'confirm' : 'rows', position: null });
      return true;
    }
    const readStart = this.clock.now();
    const found = await fetchAll(
      this.pipeline.ends[side].endpoint,
      links.map((link) => link.ext_id),
    );
    await failpoint('absence.read');
    if (!this.#readsAll(side) && found.size > 0) {
      const states = this.#settled(side, [...found.values()], readStart);
      const before = round.previous_ms === null ? null : round.previous_ms - this.#settlingMs(side);
      await this.worker.compare(side, this.#page(side, states, readStart), NOTHING, before);
    }
    // Of what is excluded nothing would be deleted elsewhere: it says nothing about the side.
    const expected = links.filter((link) => !isKnownGone(link, side) && link.excluded === null);
    const counted = expected.filter((link) => !found.has(link.ext_id)).length;
    const absent = links.filter((link) => !isKnownGone(link, side) && !found.has(link.ext_id));
    const next: Round = {
      ...round,
      position: String(last.link_id),
      links: round.links + expected.length,
      missing: round.missing + counted,
      witnesses: found.size === 0 ? round.witnesses : [...found.keys()].slice(0, WITNESSES),
    };
    if (next.missing > mostAbsent(next.total, this.#guard)) return this.#halt(side, next);
    await this.#save(side, next, (client) =>
      run(client, addAbsent, [this.pipeline.id, side, absent.map((link) => link.link_id), this.clock.now()]),
    );
    return true;
  }

  /** Looks up the next ids of the side: those that nothing here knows are newcomers that capture missed. */
  async #readIds(side: Side, round: Round): Promise<boolean> {
    const pages = (this.#ids[side] ??= this.#idsBehind(side, round.position));
    const readStart = this.clock.now();
    const page = await pages.next();
    if (page.done === true) {
      this.#ids[side] = undefined;
      await this.#save(side, { ...round, phase: 'confirm', position: null });
      return true;
    }
    const ids = page.value.map((state) => state.id);
    const { plan } = this.pipeline;
    const ours = page.value.filter(({ values }) => takesPart(plan, side, values)).map(({ id }) => id);
    const strange = await run(this.pools.general, strangeIds[side], [this.pipeline.id, side, ours]);
    if (strange.length > 0) {
      const states = strange.map(({ ext_id: id }) => ({ id, values: {}, modifiedAt: null, by: null }));
      await this.worker.compare(side, this.#page(side, states, readStart), NOTHING);
    }
    await this.#save(side, { ...round, position: ids[ids.length - 1] ?? round.position });
    return true;
  }

  /** Reads what was missing a second time. */
  async #confirm(side: Side, round: Round): Promise<boolean> {
    const absent = await run(this.pools.general, nextAbsent[side], [this.pipeline.id, side, LINK_PAGE]);
    const now = this.clock.now();
    if (absent.length === 0) {
      await this.#save(
        side,
        { ...round, phase: null, position: null, previous_ms: round.started_ms, finished_ms: now },
        (client) => run(client, clearAbsent, [this.pipeline.id, side]),
      );
      return false;
    }
    const due = absent.filter((one) => one.missed_ms + this.confirmMs <= now);
    if (due.length === 0) return false;
    const found = await fetchAll(this.pipeline.ends[side].endpoint, [
      ...new Set([...due.map((one) => one.ext_id), ...round.witnesses]),
    ]);
    const present = round.witnesses.filter((id) => found.has(id)).length;
    if (present * 2 < round.witnesses.length) return this.#halt(side, { ...round, missing: round.total });
    const hidden = await this.pipeline.ends[side].endpoint.hidesRecords();
    const gone = hidden ? [] : due.filter((one) => !found.has(one.ext_id)).map((one) => one.link_id);
    if (gone.length > 0) await this.worker.lose(side, gone);
    await failpoint('absence.lost');
    await this.#save(side, round, (client) =>
      run(client, forgetAbsent, [this.pipeline.id, side, due.map((one) => one.link_id)]),
    );
    return true;
  }

  async #halt(side: Side, round: Round): Promise<boolean> {
    const { label } = this.pipeline.ends[side];
    const most = mostAbsent(round.total, this.#guard);
    const missing = `${inWords(round.missing)} of ${inWords(round.total)} linked records cannot be found`;
    const why = `${label}: ${missing} (at most ${inWords(most)} at once, and not half of them, are taken for deleted). Was the object emptied, restored, or a right taken away? Nothing was deleted elsewhere. Resume to look again; if they are meant to be gone, raise deletes.guard in the pipeline first.`;
    await this.#save(side, { ...round, phase: null, position: null, finished_ms: null }, async (client) => {
      await run(client, clearAbsent, [this.pipeline.id, side]);
      await run(client, haltPipeline, [this.pipeline.id, why]);
    });
    this.host.halted();
    return true;
  }

  async #save(side: Side, round: Round, work?: (client: PoolClient) => Promise<unknown>): Promise<void> {
    await inTransaction(this.pools.general, async (client) => {
      await this.host.assertOurs(client);
      await work?.(client);
      await run(client, saveRound, [
        this.pipeline.id,
        side,
        round.phase,
        round.position,
        round.total,
        round.links,
        round.missing,
        round.witnesses,
        round.started_ms,
        round.previous_ms,
        round.finished_ms,
      ]);
    });
    this.#rounds.set(side, round);
  }

  #reportsDeletes(side: Side): boolean {
    return this.pipeline.ends[side].endpoint.capabilities.reportsDeletes;
  }

  /** Capture itself finds every edit and every newcomer: only what is gone must be looked for. */
  #readsAll(side: Side): boolean {
    const { capabilities, options } = this.pipeline.ends[side].endpoint;
    return capabilities.orderedLog || capabilities.reportsDeletes || options.capture.mode === 'snapshot';
  }

  /**
   * States that capture has had time to read. Those that still differ were edited without their stamp being moved: neither the stamp nor
   * the name beside it says anything about such an edit.
   */
  #settled(side: Side, states: readonly RecordState[], readStart: number): readonly RecordState[] {
    const { clock } = this.pipeline.ends[side];
    const since = readStart - this.#settlingMs(side);
    return states
      .filter(({ modifiedAt }) => modifiedAt === null || modifiedAt - clock.offsetMs < since)
      .map((state) => ({ ...state, modifiedAt: null, by: null }));
  }

  #settlingMs(side: Side): number {
    return (
      pipelineSettings(this.pipeline.spec).capture[side].overlapMs + this.pipeline.ends[side].clock.errorMs
    );
  }

  #idsBehind(side: Side, position: string | null): AsyncIterator<readonly RecordState[]> {
    const columns = takingPartColumns(this.pipeline.plan, side);
    const options = { columns, pageSize: ID_PAGE, ...(position !== null && { after: position }) };
    return this.pipeline.ends[side].endpoint.snapshot(options)[Symbol.asyncIterator]();
  }

  #page(side: Side, states: readonly RecordState[], readStart: number): StatePage {
    const { cursor } = this.worker.sides[side];
    return { kind: 'states', states, readStart, readEnd: this.clock.now(), cursor, more: false, gap: null };
  }
}

function isKnownGone({ clock, field, open }: LinkRow, side: Side): boolean {
  if (field === null && open === null) return false;
  const life = readUnit(clock, (field ?? 'live') as Json, (open ?? undefined) as Json | undefined);
  return image(life, side).value === 'deleted';
}

function inWords(n: number): string {
  return n.toLocaleString('en-US');
}
