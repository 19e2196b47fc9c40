import { readUnit } from '../../core/at-rest.js';
import type { Side } from '../../core/clock.js';
import { LIFE_UNIT } from '../../core/life.js';
import { LIFE, type Plan, type UnitPlan } from '../../core/plan.js';
import type { Image, Incorporated, Unit } from '../../core/unit.js';
import type { Json } from '../../core/value.js';
import type { Excluded } from '../../database/sql/lane/scope.js';
import type { LineageDraft } from './lineage.js';

/** A record in the working set of one transaction: what was loaded, and where folding has brought it. */
export class RecordState {
  readonly linkId: number;
  readonly ids: Record<Side, string | null>;
  readonly rev: number;
  readonly clock: string;
  readonly open: Readonly<Record<string, Json>> | null;
  /** When the states that the record was linked from had been read, hub time. */
  readonly linkedAt: number;
  /** The last batch that touched the record on each side; cleared when it need not be known any more. */
  readonly att: Record<Side, number | null>;
  readonly attBefore: Readonly<Record<Side, number | null>>;
  /** All units are loaded, not only the touched ones. */
  whole = false;
  readonly units = new Map<string, Unit>();
  readonly initial = new Map<string, Unit>();
  readonly lineage: LineageDraft[] = [];
  /** Ids the record had before, on sides where its key changed in this transaction. */
  readonly rekeyed: { side: Side; from: string; to: string }[] = [];
  /** Units a side refused in the receipt being applied. */
  readonly refused: { unit: string; side: Side; code: string; detail: string }[] = [];
  /** Units shown as they were before a write whose end is not known; stored, they go on saying that the side holds head. */
  readonly takenBack: {
    readonly key: string;
    readonly side: Side;
    readonly shown: Image;
    readonly held: Image;
    readonly inc: Incorporated;
  }[] = [];
  /** Decisions that something which arrived since has made out of date. */
  readonly staleDecisions: string[] = [];
  /** Its values are understood otherwise than they were shown. */
  recast = false;
  /** Sides on which it was out of scope, as stored, and is now. */
  readonly excludedBefore: Excluded | null;
  excluded: readonly Side[];
  /** A side's log tells that it was made there, whatever was known of it before. */
  appeared = false;
  /** A person keeps it out of sync, whatever its scope says. */
  readonly keptOut: boolean;
  linkState: 'live' | 'deleted' | 'unlinked' = 'live';
  /** Its link had ended when it was loaded: deleted on both sides, and on one its row stands marked. */
  readonly ended: boolean;
  due = false;
  dirty = false;

  constructor(row: {
    link_id: number;
    a_id: string | null;
    b_id: string | null;
    rev: number;
    clock: string;
    open: Record<string, unknown> | null;
    att_a: number | null;
    att_b: number | null;
    linked_at: number;
    excluded: Excluded | null;
    kept_out: boolean;
    ended?: boolean;
  }) {
    this.ended = row.ended === true;
    if (this.ended) this.linkState = 'deleted';
    this.linkId = row.link_id;
    this.ids = { A: row.a_id, B: row.b_id };
    this.rev = row.rev;
    this.clock = row.clock;
    this.open = row.open as Record<string, Json> | null;
    this.linkedAt = row.linked_at;
    this.excludedBefore = row.excluded;
    this.keptOut = row.kept_out;
    this.excluded = row.excluded === null ? [] : (row.excluded.split('') as Side[]);
    this.att = { A: row.att_a, B: row.att_b };
    this.attBefore = { A: row.att_a, B: row.att_b };
  }

  /** An ended record whose row is not marked any more goes on, in a new epoch. */
  revive(side: Side, value: 'live' | 'deleted'): void {
    if (this.ended && value === 'live' && this.ids[side] !== null) this.linkState = 'live';
  }

  add(plan: UnitPlan, field: Json | undefined): void {
    if (this.units.has(plan.key)) return;
    const unit = readUnit(this.clock, field, this.open?.[plan.key]);
    this.units.set(plan.key, unit);
    this.initial.set(plan.key, unit);
  }

  addWhole(plan: Plan, fields: Readonly<Record<string, unknown>>): void {
    for (const unit of plan.units) this.add(unit, fields[unit.key] as Json | undefined);
    if (fields[LIFE] !== undefined) this.add(LIFE_UNIT, fields[LIFE] as Json);
    this.whole = true;
  }

  /** The unit of the record's existence; simply live while nothing else was said. */
  life(): Unit {
    const known = this.units.get(LIFE);
    if (known !== undefined) return known;
    const live = readUnit(this.clock, 'live', undefined);
    this.initial.set(LIFE, live);
    return live;
  }
}
