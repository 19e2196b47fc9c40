import type { ClientBase } from 'pg';
import { uuidv7 } from '../../common/ids.js';
import { covers, otherSide } from '../../core/clock.js';
import { belongsTo, guardCode, isBlanking, mostWithin, tripOf, withoutGuard } from '../../core/guard.js';
import type { GuardLimit, GuardLimits } from '../../core/guard.js';
import { LIFE } from '../../core/plan.js';
import { LIFE_UNIT } from '../../core/life.js';
import { pipelineSettings } from '../../core/pipeline/settings.js';
import type { RecordResult } from '../../core/record.js';
import { takeBack } from '../../core/take-back.js';
import { image, UNREADABLE, type Unit } from '../../core/unit.js';
import type { Json } from '../../core/value.js';
import { countLinks } from '../../database/sql/absence.js';
import {
  closedTrips,
  insertTrips,
  keepTripsOpen,
  openTrips,
  recallOperations,
} from '../../database/sql/lane/guards.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';
import type { Intake } from './intake.js';
import { classesOf, classKey, OperationCounts, type OperationClass } from './operation-counts.js';
import { RegistersMoved } from './persist.js';
import type { RecordState } from './record-state.js';
import { countedEdits } from './scope-rows.js';

type Client = Pick<ClientBase, 'query'>;

const SAMPLES = 10;
/** How long a count of all links is good enough to take a share of. */
const LINKED_MS = 60_000;

interface Trip extends OperationClass {
  readonly id: string;
}

interface NewTrip extends Trip {
  readonly count: number;
  readonly most: number;
  readonly linked: number;
  readonly windowMs: number;
  readonly sample: Json[];
}

/** What a guard did to the records of one transaction. */
export interface Guarded {
  /** Guards that tripped in this transaction. */
  readonly opened: readonly NewTrip[];
  /** Trips that were open before. Nothing may be held for them once a person has answered. */
  readonly standing: readonly Trip[];
}

const QUIET: Guarded = { opened: [], standing: [] };
const NO_TRIPS: ReadonlyMap<string, Trip> = new Map();

/**
 * Counts classes of operations as they are observed, and holds all of a class back once too many records of it come within its window:
 * what the side did stays observed and in the lineage, but is not carried to the other side before a person has answered. The counts are
 * in memory; whoever takes the pipeline over reads them from the lineage, once. Trips are in the database.
 */
export class GuardWatch {
  readonly #counts = new OperationCounts();
  readonly #limits: GuardLimits;
  readonly #longest: number;
  /** Open trips by class, as last read; `null`: to be read. */
  #known: ReadonlyMap<string, Trip> | null = null;
  #recalled = false;
  #linked = { n: 0, at: -Infinity };

  constructor(private readonly pipeline: RunningPipeline) {
    this.#limits = pipelineSettings(pipeline.spec).guards;
    this.#longest = Math.max(...Object.values(this.#limits).map(({ windowMs }: GuardLimit) => windowMs));
  }

  /** Marks the units of these records whose change is to be held, and frees those whose trip was answered. */
  async look(client: Client, records: readonly RecordState[], intake: Intake): Promise<Guarded> {
    await this.#recall(client, intake.now);
    await this.#answer(client, records, intake.now);
    this.#counts.tidy(intake.now - this.#longest);
    const counted = this.#count(records, intake);
    if (counted.size === 0) return QUIET;
    const standing = await this.#standing(client);
    const opened: NewTrip[] = [];
    for (const { operation, canary } of counted.values()) {
      const trip = canary ?? operation;
      if (standing.has(classKey(trip)) || opened.some((one) => classKey(one) === classKey(trip))) continue;
      const news = await this.#tooMany(client, operation, canary, intake.now);
      if (news !== null) opened.push(news);
    }
    if (opened.length === 0 && standing.size === 0) return QUIET;
    const trips = [...standing.values(), ...opened];
    for (const record of records) this.#holdBack(record, trips, intake.now);
    return { opened, standing: [...standing.values()] };
  }

  /** After deriving: a unit that waits for a person anyway, or that the other side need not be told of, is not held. */
  release(record: RecordState, result: RecordResult): void {
    for (const [key, unit] of result.units) {
      const { blocked } = unit;
      if (blocked === null || tripOf(blocked) === null) continue;
      const plan = key === LIFE ? LIFE_UNIT : this.pipeline.plan.unit.get(key);
      if (plan === undefined) continue;
      const folded = covers(unit.head, image(unit, otherSide(blocked.side)));
      const there = image(unit, blocked.side).value;
      const asked = result.conflicts.has(key) || result.diverged.has(key) || result.held.has(key);
      if (asked || (folded && plan.equal(there, unit.head.value))) record.units.set(key, withoutGuard(unit));
    }
  }

  /** @throws RegistersMoved when a person has answered a trip meanwhile that this transaction holds something for */
  async store(client: Client, guarded: Guarded, records: readonly RecordState[]): Promise<number> {
    if (guarded.opened.length + guarded.standing.length === 0) return 0;
    const holding = heldFor(records);
    const standing = guarded.standing.map(({ id }) => id).filter((id) => holding.has(id));
    if (standing.length > 0) {
      const open = await run(client, keepTripsOpen, [standing]);
      if (open.length < standing.length) {
        this.#known = null;
        throw new RegistersMoved('a guard was answered');
      }
    }
    const opened = guarded.opened.filter(({ id }) => holding.has(id));
    if (opened.length === 0) return 0;
    this.#known = null;
    const column = <T>(pick: (trip: NewTrip) => T): T[] => opened.map(pick);
    await run(client, insertTrips, [
      this.pipeline.id,
      column((t) => t.id),
      column((t) => t.side),
      column((t) => t.kind),
      column((t) => t.subject),
      column((t) => t.count),
      column((t) => t.most),
      column((t) => t.linked),
      column((t) => t.windowMs),
      column((t) => JSON.stringify(t.sample)),
    ]);
    return opened.length;
  }

  /** What was counted before this process began, or before the pipeline was changed: stored with what it was counted of. */
  async #recall(client: Client, now: number): Promise<void> {
    if (this.#recalled) return;
    const limits = [this.#limits.deletes, this.#limits.blanking, this.#limits.overwrite];
    const linked = await this.#countLinked(client, now);
    const enough = limits.map((limit) => {
      const most = mostWithin(linked, limit);
      return Number.isFinite(most) ? most + 1 : 0;
    });
    const windows = limits.map(({ windowMs }) => windowMs);
    const rows = await run(client, recallOperations, [this.pipeline.id, ...windows, ...enough]);
    for (const row of rows) this.#counts.add(row, row.link_id, now - row.age_ms);
    this.#recalled = true;
  }

  async #answer(client: Client, records: readonly RecordState[], now: number): Promise<void> {
    const held = heldFor(records.filter((record) => record.open !== null));
    if (held.size === 0) return;
    const closed = new Map((await run(client, closedTrips, [[...held]])).map((row) => [row.id, row]));
    if (closed.size === 0) return;
    for (const record of records)
      for (const [key, unit] of record.units) {
        const trip = closed.get(tripOf(unit.blocked) ?? '');
        if (trip === undefined) continue;
        const by = { kind: trip.closed_by_kind, name: trip.closed_by };
        record.units.set(
          key,
          trip.state === 'released' ? withoutGuard(unit) : takeBack(key, unit, { id: trip.id, by, now }),
        );
      }
  }

  /** The classes that may have become too many, by class. */
  #count(
    records: readonly RecordState[],
    { now, canaryLost }: Intake,
  ): Map<string, { readonly operation: OperationClass; readonly canary: OperationClass | null }> {
    const found = new Map<string, { operation: OperationClass; canary: OperationClass | null }>();
    const mayBeOpen = this.#known?.size !== 0;
    for (const record of records) {
      for (const draft of countedEdits(this.pipeline, record)) {
        for (const [operation] of classesOf(draft)) {
          const size = this.#counts.add(operation, record.linkId, now);
          const id = operation.kind === 'overwrite' ? undefined : canaryLost[operation.side];
          const canary =
            id === undefined ? null : ({ side: operation.side, kind: 'canary', subject: id } as const);
          if (canary !== null || mayBeOpen || size > this.#limit(operation).maxCount)
            found.set(classKey(operation), { operation, canary });
        }
      }
    }
    return found;
  }

  async #standing(client: Client): Promise<ReadonlyMap<string, Trip>> {
    if (this.#known?.size === 0) return this.#known;
    const rows = await run(client, openTrips, [this.pipeline.id]);
    const open = new Map(rows.map((row) => [classKey(row), row]));
    // Answered: what comes now is counted afresh.
    for (const [key, trip] of this.#known ?? NO_TRIPS) if (!open.has(key)) this.#counts.forget(trip);
    this.#known = open;
    return open;
  }

  async #tooMany(
    client: Client,
    operation: OperationClass,
    canary: OperationClass | null,
    now: number,
  ): Promise<NewTrip | null> {
    const limit = this.#limit(operation);
    const count = this.#counts.prune(operation, now - limit.windowMs);
    if (canary === null && count <= limit.maxCount) return null;
    const linked = await this.#countLinked(client, now);
    const most = canary === null ? mostWithin(linked, limit) : 0;
    if (count <= most) return null;
    const { windowMs } = limit;
    return { id: uuidv7(), ...(canary ?? operation), count, most, linked, windowMs, sample: [] };
  }

  #limit({ kind }: OperationClass): GuardLimit {
    return kind === 'canary' ? this.#limits.deletes : this.#limits[kind];
  }

  async #countLinked(client: Client, now: number): Promise<number> {
    if (now - this.#linked.at > LINKED_MS) {
      const [row] = await run(client, countLinks, [this.pipeline.id]);
      this.#linked = { n: row?.n ?? 0, at: now };
    }
    return this.#linked.n;
  }

  #holdBack(record: RecordState, trips: readonly (Trip | NewTrip)[], now: number): void {
    for (const draft of countedEdits(this.pipeline, record)) {
      for (const [operation, key] of classesOf(draft)) {
        const event = draft.units[key];
        const blanks = isBlanking(event?.o ?? null, event?.v ?? null);
        const trip = trips.find(
          (one) =>
            one.side === operation.side &&
            (one.kind === 'canary' || classKey(one) === classKey(operation)) &&
            belongsTo(one.kind, key, one.subject, blanks),
        );
        const unit = record.units.get(key);
        if (trip === undefined || unit === undefined || !mayHold(unit)) continue;
        record.units.set(key, {
          ...unit,
          blocked: {
            side: otherSide(operation.side),
            code: guardCode(trip.id),
            detail: `held until a person has answered the guard against ${IN_WORDS[trip.kind]}`,
            since: now,
            head: unit.head.dot,
          },
        });
        if ('sample' in trip && trip.sample.length < SAMPLES)
          trip.sample.push({
            record: record.linkId,
            a: record.ids.A,
            b: record.ids.B,
            unit: key,
            before: event?.o ?? null,
            after: event?.v ?? null,
          });
      }
    }
  }
}

const IN_WORDS: Readonly<Record<Trip['kind'], string>> = {
  deletes: 'mass deletion',
  blanking: 'wiping a field in many records',
  overwrite: 'mass changes by one actor',
  canary: 'what a side says while its canary is missing',
};

function mayHold({ blocked }: Unit): boolean {
  return blocked?.code !== UNREADABLE && tripOf(blocked) === null;
}

/** The trips that hold something of these records. */
function heldFor(records: readonly RecordState[]): ReadonlySet<string> {
  const trips = new Set<string>();
  for (const record of records)
    for (const unit of record.units.values()) {
      const trip = unit.blocked === null ? null : tripOf(unit.blocked);
      if (trip !== null) trips.add(trip);
    }
  return trips;
}
