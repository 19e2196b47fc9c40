import {
  dotText,
  flatten,
  join,
  parseDot,
  parseVector,
  sameDot,
  vectorText,
  type Side,
  type VersionVector,
} from './clock.js';
import { holdsBack, holdsHead } from './author.js';
import { CanonError } from './errors.js';
import type { UnitPlan } from './plan.js';
import type { Stamp } from './stamp.js';
import { mustBeField, mustBeOpen } from './stored-form.js';
import {
  image,
  incorporated,
  type Author,
  type Blocked,
  type Contest,
  type Decision,
  type GiveBack,
  type Image,
  type Orphan,
  type Undone,
  type Unit,
  type Version,
} from './unit.js';
import { jsonEqual, type Canon, type Json, type Raw } from './value.js';

/**
 * How registers are stored (shadow.fields and shadow.open). At rest both sides hold head and a plain value under the record's default
 * clock is the whole story; whatever differs is spelled out. Document size is what the hot path pays for, hence the short keys.
 *
 * `fields[unit]`: the value itself, or `{v, d, c, t, a, b}`: value, dot, context, ticks beyond what the clocks show, raw of A, raw of B.
 * `open[unit]`: `{h, a, b, ia, ib, x, dec, con, blk}`; absent while at rest.
 */
export interface StoredUnit {
  readonly field: Json;
  readonly open: Json | null;
}

interface FieldDoc {
  readonly v: Canon;
  readonly d?: string;
  readonly c?: string;
  readonly t?: string;
  readonly a?: Raw;
  readonly b?: Raw;
}

export interface VersionDoc {
  readonly v: Canon;
  readonly d?: string;
  readonly c?: string;
  readonly s?: Stamp;
  readonly by?: { readonly kind: Author['kind']; readonly name: string };
  readonly r?: Raw;
}

interface OpenDoc {
  readonly h?: Pick<VersionDoc, 's' | 'by'>;
  readonly a?: VersionDoc;
  readonly b?: VersionDoc;
  /** `[value]`, or 0 for "no shared past"; absent: head's value. */
  readonly ia?: readonly [Canon] | 0;
  readonly ib?: readonly [Canon] | 0;
  readonly x?: readonly (VersionDoc & { readonly side: Side; readonly base: Canon })[];
  readonly dec?: VersionDoc & { readonly id: string; readonly due: number };
  readonly con?: {
    readonly kind: Contest['kind'];
    readonly c: string;
    readonly cands: readonly VersionDoc[];
    readonly reason: string;
    /** `{dec, a, b, base}`; `base` as `ia`, always there. */
    readonly un?: {
      readonly dec: string;
      readonly a?: BackDoc;
      readonly b?: BackDoc;
      readonly base: readonly [Canon] | 0;
    };
  };
  readonly blk?: Omit<Blocked, 'head'> & { readonly d: string };
}

/** A version with the edits counted; `on`: the side holds it, or a write that is on its way says so; `no`: the side refused it. */
interface BackDoc extends VersionDoc {
  readonly n: number;
  readonly on?: 1;
  readonly no?: 1;
}

/** A record's default clock: `"dot|context"`. */
export function defaultClock(version: Pick<Version, 'dot' | 'ctx'>): string {
  return `${dotText(version.dot)}|${vectorText(version.ctx)}`;
}

/**
 * Registers from their stored form. `field` undefined: the unit has never been seen (added to the pipeline later). Throws
 * StoredFormError, or RangeError for a clock, where a document is none that `writeUnit` writes.
 */
export function readUnit(clock: string, field: Json | undefined, open: Json | undefined): Unit {
  if (open !== undefined) mustBeOpen(open);
  const doc = fieldDoc(field);
  const bar = clock.indexOf('|');
  const dot = parseDot(field === undefined ? '' : (doc.d ?? clock.slice(0, bar)));
  const ctx = parseVector(field === undefined ? '' : (doc.c ?? clock.slice(bar + 1)));
  const o = (open ?? {}) as OpenDoc;
  const head: Version = { value: doc.v, dot, ctx, stamp: o.h?.s ?? null, by: o.h?.by ?? null };
  const A = o.a === undefined ? { ...standingOn(head, o.con?.un?.a), raw: doc.a } : readImage(o.a);
  const B = o.b === undefined ? { ...standingOn(head, o.con?.un?.b), raw: doc.b } : readImage(o.b);
  const orphans = (o.x ?? []).map((x): Orphan => ({ ...readVersion(x), side: x.side, base: x.base }));
  const decision: Decision | null =
    o.dec === undefined ? null : { ...readVersion(o.dec), id: o.dec.id, dueAt: o.dec.due };
  // Never seen: nothing is known of either side, so what comes first shares no past with anything.
  const unseen = field === undefined && open === undefined;
  const unit: Unit = {
    head,
    A,
    B,
    incA: unseen ? undefined : readInc(o.ia, doc.v),
    incB: unseen ? undefined : readInc(o.ib, doc.v),
    orphans,
    decision,
    contest: readContest(o.con),
    tick: [0, 0, 0, 0],
    blocked:
      o.blk === undefined
        ? null
        : {
            side: o.blk.side,
            code: o.blk.code,
            detail: o.blk.detail,
            since: o.blk.since,
            head: parseDot(o.blk.d),
            ...(o.blk.both === true && { both: true as const }),
          },
  };
  return {
    ...unit,
    tick: doc.t === undefined ? knownTicks(unit) : join(knownTicks(unit), parseVector(doc.t)),
  };
}

export function writeUnit(plan: UnitPlan, clock: string, unit: Unit): StoredUnit {
  const bar = clock.indexOf('|');
  const d = dotText(unit.head.dot);
  const c = vectorText(unit.head.ctx);
  const restA = saysHead(unit, unit.A) || holdsBack(unit, 'A');
  const restB = saysHead(unit, unit.B) || holdsBack(unit, 'B');
  const rawA = restA ? ownRaw(plan, 'A', unit.A) : undefined;
  const rawB = restB ? ownRaw(plan, 'B', unit.B) : undefined;
  const ticks = vectorText(unit.tick);
  const field: FieldDoc = {
    v: unit.head.value,
    ...(d !== clock.slice(0, bar) && { d }),
    ...(c !== clock.slice(bar + 1) && { c }),
    ...(ticks !== vectorText(knownTicks(unit)) && { t: ticks }),
    ...(rawA !== undefined && { a: rawA }),
    ...(rawB !== undefined && { b: rawB }),
  };
  return {
    field: Object.keys(field).length === 1 && isScalar(field.v) ? field.v : { ...field },
    open: writeOpen(plan, unit, restA, restB),
  };
}

/** Also where nothing was agreed yet, and neither has a dot: a side that was set back to a backup then shows a value that head does not say. */
function saysHead(unit: Unit, img: Image): boolean {
  return holdsHead(unit, img) && (unit.head.dot !== null || jsonEqual(img.value, unit.head.value));
}

function writeOpen(plan: UnitPlan, unit: Unit, restA: boolean, restB: boolean): Json | null {
  const ia = writeInc(unit, 'A');
  const ib = writeInc(unit, 'B');
  const quiet =
    unit.orphans.length === 0 && unit.decision === null && unit.contest === null && unit.blocked === null;
  if (restA && restB && ia === undefined && ib === undefined && quiet) return null;
  const { stamp, by } = unit.head;
  const doc: OpenDoc = {
    ...((stamp !== null || by !== null) && {
      h: { ...(stamp !== null && { s: stamp }), ...(by !== null && { by }) },
    }),
    ...(!restA && { a: writeImage(plan, 'A', unit.A) }),
    ...(!restB && { b: writeImage(plan, 'B', unit.B) }),
    ...(ia !== undefined && { ia }),
    ...(ib !== undefined && { ib }),
    ...(unit.orphans.length > 0 && {
      x: unit.orphans.map((o) => ({ ...writeVersion(o), side: o.side, base: o.base })),
    }),
    ...(unit.decision !== null && {
      dec: { ...writeVersion(unit.decision), id: unit.decision.id, due: unit.decision.dueAt },
    }),
    ...(unit.contest !== null && {
      con: {
        kind: unit.contest.kind,
        c: vectorText(unit.contest.ctx),
        cands: unit.contest.candidates.map(writeVersion),
        reason: unit.contest.reason,
        ...(unit.contest.undone !== undefined && { un: writeUndone(plan, unit, unit.contest.undone) }),
      },
    }),
    ...(unit.blocked !== null && {
      blk: {
        side: unit.blocked.side,
        code: unit.blocked.code,
        detail: unit.blocked.detail,
        since: unit.blocked.since,
        d: dotText(unit.blocked.head),
        ...(unit.blocked.both === true && { both: true as const }),
      },
    }),
  };
  return doc as unknown as Json;
}

/** What a conditional write may expect to find: the side's own form, remembered or as the mapping writes it. */
export function rawOf(plan: UnitPlan, side: Side, img: Image): Raw {
  return img.raw === undefined ? plan.put(side, img.value, undefined) : img.raw;
}

export function writeImage(plan: UnitPlan, side: Side, img: Image): VersionDoc {
  const raw = ownRaw(plan, side, img);
  return raw === undefined ? writeVersion(img) : { ...writeVersion(img), r: raw };
}

export function readImage(doc: VersionDoc): Image {
  return { ...readVersion(doc), raw: doc.r };
}

function ownRaw(plan: UnitPlan, side: Side, img: Image): Raw | undefined {
  // What it is written as follows from who is linked with whom, and may be something else tomorrow: kept to the letter.
  if (plan.reference !== undefined && img.value !== null) return img.raw;
  if (img.raw === undefined || img.raw === img.value) {
    // Identity lenses make up nearly all fields: the raw is the value itself.
    return img.raw === undefined || putOrNothing(plan, side, img.value) === img.raw ? undefined : img.raw;
  }
  return jsonEqual(putOrNothing(plan, side, img.value), img.raw) ? undefined : img.raw;
}

/** What the mapping writes; `undefined` for a value that can be read from the side and not written back. */
function putOrNothing(plan: UnitPlan, side: Side, value: Canon): Raw | undefined {
  try {
    return plan.put(side, value, undefined);
  } catch (error) {
    if (error instanceof CanonError) return undefined;
    throw error;
  }
}

function writeVersion(version: Version): VersionDoc {
  const d = dotText(version.dot);
  const c = vectorText(version.ctx);
  return {
    v: version.value,
    ...(d !== '' && { d }),
    ...(c !== '' && { c }),
    ...(version.stamp !== null && { s: version.stamp }),
    ...(version.by !== null && { by: { kind: version.by.kind, name: version.by.name } }),
  };
}

function readVersion(doc: VersionDoc): Version {
  return {
    value: doc.v,
    dot: parseDot(doc.d ?? ''),
    ctx: parseVector(doc.c ?? ''),
    stamp: doc.s ?? null,
    by: doc.by ?? null,
  };
}

function readInc(doc: readonly [Canon] | 0 | undefined, head: Canon): Unit['incA'] {
  if (doc === 0) return undefined;
  return { value: doc === undefined ? head : doc[0] };
}

function writeInc(unit: Unit, side: Side): readonly [Canon] | 0 | undefined {
  const inc = incorporated(unit, side);
  if (inc === undefined) return 0;
  // To the letter: merges work on it.
  return jsonEqual(inc.value, unit.head.value) ? undefined : [inc.value];
}

function readContest(doc: OpenDoc['con']): Contest | null {
  if (doc === undefined) return null;
  const { kind, reason, un } = doc;
  const contest: Contest = { kind, ctx: parseVector(doc.c), candidates: doc.cands.map(readVersion), reason };
  if (un === undefined) return contest;
  const base = un.base === 0 ? undefined : { value: un.base[0] };
  return { ...contest, undone: { decision: un.dec, A: readBack(un.a), B: readBack(un.b), base } };
}

function readBack(doc: BackDoc | undefined): GiveBack | null {
  return doc === undefined ? null : { version: readImage(doc), edits: doc.n, refused: doc.no === 1 };
}

function writeUndone(
  plan: UnitPlan,
  unit: Unit,
  undone: Undone,
): NonNullable<NonNullable<OpenDoc['con']>['un']> {
  const back = (side: Side): BackDoc | undefined => {
    const of = undone[side];
    if (of === null) return undefined;
    const on = holdsBack(unit, side) && { on: 1 as const };
    return {
      ...writeImage(plan, side, of.version),
      n: of.edits,
      ...on,
      ...(of.refused && { no: 1 as const }),
    };
  };
  const [a, b] = [back('A'), back('B')];
  return {
    dec: undone.decision,
    ...(a !== undefined && { a }),
    ...(b !== undefined && { b }),
    base: undone.base === undefined ? 0 : [undone.base.value],
  };
}

/** What a side holds of which nothing else is said: what it was given back, else head. */
function standingOn(head: Version, back: BackDoc | undefined): Version {
  return back?.on === 1 ? readVersion(back) : head;
}

function knownTicks(unit: Unit): VersionVector {
  let ticks = flatten(unit.head);
  for (const side of ['A', 'B'] as const) {
    const img = image(unit, side);
    if (!sameDot(img.dot, unit.head.dot)) ticks = join(ticks, flatten(img));
  }
  for (const orphan of unit.orphans) ticks = join(ticks, flatten(orphan));
  if (unit.decision !== null) ticks = join(ticks, flatten(unit.decision));
  return ticks;
}

function fieldDoc(field: Json | undefined): FieldDoc {
  if (field === undefined) return { v: null };
  if (isScalar(field)) return { v: field };
  mustBeField(field as Readonly<Record<string, Json>>);
  return field as unknown as FieldDoc;
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

/** The stored field of a unit that has just come from one side, under that side's origin clock; short for `writeUnit(fromOneSide(…))`. */
export function writeFresh(plan: UnitPlan, side: Side, value: Canon, raw: Raw): Json {
  const put = plan.reference === undefined ? putOrNothing(plan, side, value) : undefined;
  if (plan.reference !== undefined && value === null && raw === null) return null;
  const own = raw === value ? put === raw : jsonEqual(put, raw);
  if (own && isScalar(value)) return value;
  return own ? { v: value } : { v: value, [side === 'A' ? 'a' : 'b']: raw };
}
