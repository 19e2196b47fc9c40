import { otherSide, SIDES, type Side } from '../../core/clock.js';
import { deriveLife, LIFE_UNIT, type Referrers } from '../../core/life.js';
import { observe } from '../../core/observe.js';
import type { Plan } from '../../core/plan.js';
import { linkedTarget, type Crosswalk } from '../../core/reference.js';
import { image, type Unit } from '../../core/unit.js';
import type { Happening } from '../../connectors/memory/happening.js';
import type { MemorySystem } from '../../connectors/memory/system.js';
import { LIVE } from './store.js';
import type { Switches } from './switches.js';

/** A pair of records that others may point to. */
interface TargetLink {
  readonly link: number;
  readonly ids: Record<Side, string | null>;
  life: Unit;
  /** Being made on a side: asked for, or done (`id`) and not known yet. */
  making: { readonly side: Side; readonly id: string | null } | null;
  /** Being deleted on a side. */
  deleting: Side | null;
}

type Step =
  | { readonly do: 'read'; readonly side: Side }
  | { readonly do: 'make' | 'learn' | 'judge' | 'delete' | 'keep'; readonly of: TargetLink };

/** A record that the hub deletes because it was deleted on the other side. */
export interface DeletedTarget {
  readonly side: Side;
  readonly id: string;
  readonly decidedAt: number;
}

/**
 * The pipeline that links the records which references point to, beside the one that is looked at: it reads both sides, matches by name,
 * makes what is missing and carries deletions over, each in steps between which anything else may happen. It survives crashes: each step
 * is one transaction of the hub.
 */
export class TargetLinks implements Crosswalk {
  readonly #links: TargetLink[] = [];
  readonly #former = new Map<string, TargetLink>();
  readonly #cursor: Record<Side, number> = { A: 0, B: 0 };
  /** `side:id` → when the hub learnt that it is there no more. */
  readonly goneAt = new Map<string, number>();
  readonly deleted: DeletedTarget[] = [];

  constructor(
    private readonly systems: Readonly<Record<Side, MemorySystem>>,
    private readonly switches: Switches,
    /** Who points to a record, by any of its names; asked when its record is about to be deleted. */
    private readonly referrers: (names: readonly string[]) => Referrers | null,
    private readonly sides: Plan['sides'],
    private readonly freeId: (side: Side) => string,
  ) {}

  linkOf(side: Side, id: string): number | null {
    const now = this.#links.find((one) => one.ids[side] === id && isLive(one));
    if (now !== undefined) return now.link;
    const former = this.switches.keepFormerIds ? this.#former.get(`${side}:${id}`) : undefined;
    return former !== undefined && isLive(former) ? former.link : null;
  }

  idOf(side: Side, link: number): string | null {
    const one = this.#links[link - 1];
    if (one === undefined || !isLive(one)) return null;
    const there = image(one.life, side).value === 'live' && one.deleting !== side;
    return there || !this.switches.targetIsThere ? one.ids[side] : null;
  }

  isParted(): boolean {
    return false;
  }

  isUnderWay(link: number): boolean {
    return (this.#links[link - 1]?.making ?? null) !== null;
  }

  idsOf(link: number): Readonly<Record<Side, string | null>> | undefined {
    return this.#links[link - 1]?.ids;
  }

  /** Links that stand on both sides, for whoever wants to point to one. */
  get standing(): readonly number[] {
    return this.#links
      .filter((one) => SIDES.every((side) => this.idOf(side, one.link) !== null))
      .map(({ link }) => link);
  }

  /** Takes one of the steps that can be taken. False: there is none. */
  step(pick: number, now: number): boolean {
    const steps = this.#steps(now);
    const step = steps[pick % Math.max(1, steps.length)];
    if (step === undefined) return false;
    if (step.do === 'read') this.#read(step.side, now);
    else this.#carry(step.do, step.of, now);
    return true;
  }

  #steps(now: number): readonly Step[] {
    const steps: Step[] = [];
    const isRead = { A: true, B: true };
    for (const side of SIDES) {
      const { entries, end } = this.systems[side].log(this.#cursor[side], 1);
      // A side with a write whose end is not known is not read.
      const open = this.#links.some(({ making }) => making?.side === side && making.id !== null);
      if (entries.length === 0) this.#cursor[side] = end;
      else isRead[side] = false;
      if (entries.length > 0 && !open) steps.push({ do: 'read', side });
    }
    for (const of of this.#links) {
      if (of.making !== null) {
        const known = of.making.id !== null;
        if (known || this.#twin(of, of.making.side) === null)
          steps.push({ do: known ? 'learn' : 'make', of });
      } else if (of.deleting !== null) {
        // It may go by another id by now, and be pointed to by that.
        if (isRead[of.deleting]) steps.push({ do: this.#isToBeDeleted(of, now) ? 'delete' : 'keep', of });
      } else if (this.#isToBeDeleted(of, now)) steps.push({ do: 'judge', of });
    }
    return steps;
  }

  #read(side: Side, now: number): void {
    const { entries, end } = this.systems[side].log(this.#cursor[side], 1);
    this.#cursor[side] = end;
    for (const entry of entries) {
      if (entry.op === 'insert') this.#seen(side, entry);
      else if (entry.op === 'delete') this.#gone(side, entry.record, now);
    }
  }

  #seen(side: Side, { record: id, after }: Happening): void {
    const was = after.was as string | null;
    const known = this.#links.find((one) => one.ids[side] === (was ?? id) && isLive(one));
    if (known !== undefined) {
      if (was !== null) this.#former.set(`${side}:${was}`, known);
      known.ids[side] = id;
      return;
    }
    const other = otherSide(side);
    const name = after.name;
    const twin = this.#links.find(
      (one) =>
        one.ids[side] === null &&
        one.making?.id === null &&
        this.systems[other].standing(one.ids[other] ?? '')?.values.name === name,
    );
    if (twin !== undefined) {
      twin.ids[side] = id;
      twin.making = null;
      twin.life = moved(twin.life, side, 'live');
      return;
    }
    const ids = { A: null, B: null, [side]: id };
    const life = moved(LIVE, other, 'deleted');
    const making = { side: other, id: null };
    this.#links.push({ link: this.#links.length + 1, ids, life, making, deleting: null });
  }

  #gone(side: Side, id: string, now: number): void {
    const of = this.#links.find((one) => one.ids[side] === id && isLive(one));
    if (of === undefined) return;
    of.life = moved(of.life, side, 'deleted');
    // What never had a link is not known to whoever points to it.
    if (of.ids.A !== null && of.ids.B !== null) this.goneAt.set(`${side}:${id}`, now);
    // It had not been asked for yet on the other side.
    if (of.making?.id === null) of.making = null;
  }

  /** Somebody has made it there meanwhile: it will be read, and linked. */
  #twin({ ids }: TargetLink, side: Side): string | null {
    const other = otherSide(side);
    const name = this.systems[other].standing(ids[other] ?? '')?.values.name;
    for (const [id, { now }] of this.systems[side].records) if (now.values.name === name) return id;
    return null;
  }

  #carry(step: 'make' | 'learn' | 'judge' | 'delete' | 'keep', of: TargetLink, now: number): void {
    const { making, deleting, ids } = of;
    if (step === 'make' && making !== null) {
      const other = otherSide(making.side);
      const id = this.freeId(making.side);
      const name = this.systems[other].standing(ids[other] ?? '')?.values.name ?? null;
      const item = {
        op: 'create',
        id,
        set: { name, was: null },
        expect: null,
        tag: null,
        marker: null,
      } as const;
      this.systems[making.side].write({ id: `t${String(of.link)}`, items: [item] }, now);
      of.making = { side: making.side, id };
    }
    if (step === 'learn' && making !== null) {
      ids[making.side] = making.id;
      of.life = moved(of.life, making.side, 'live');
      of.making = null;
    }
    if (step === 'judge') {
      of.deleting = image(of.life, 'A').value === 'deleted' ? 'B' : 'A';
    }
    if (step === 'keep') of.deleting = null;
    if (step === 'delete' && deleting !== null) {
      const id = ids[deleting] ?? '';
      const item = { op: 'delete', id, set: {}, expect: {}, tag: null, marker: null } as const;
      this.systems[deleting].write({ id: `x${String(of.link)}`, items: [item] }, now);
      this.deleted.push({ side: deleting, id, decidedAt: now });
      of.deleting = null;
      this.#gone(deleting, id, now);
    }
  }

  /** By which references may go that have not been understood anew since it was linked, or got another id. */
  #namesOf(of: TargetLink): readonly string[] {
    const now = SIDES.flatMap((side) => (of.ids[side] === null ? [] : [`${side}:${of.ids[side]}`]));
    const former = [...this.#former].flatMap(([name, one]) => (one === of ? [name] : []));
    return [linkedTarget(of.link), ...now, ...former];
  }

  #isToBeDeleted(of: TargetLink, now: number): boolean {
    if (SIDES.filter((side) => image(of.life, side).value === 'deleted').length !== 1) return false;
    if (SIDES.some((side) => of.ids[side] === null)) return false;
    const outcome = deriveLife({
      unit: of.life,
      now,
      sides: this.sides,
      policy: { aDeleted: 'delete', bDeleted: 'delete', deleteVsEdit: 'review' },
      editedUnseen: { A: false, B: false },
      referrers: this.switches.askBeforeDeletingReferred ? this.referrers(this.#namesOf(of)) : null,
    });
    return outcome.kind === 'author';
  }
}

function isLive({ life, making }: TargetLink): boolean {
  return making !== null || SIDES.some((side) => image(life, side).value === 'live');
}

function moved(life: Unit, side: Side, value: 'live' | 'deleted'): Unit {
  const seen = { side, value, raw: value, stamp: null, by: null, stale: false };
  return observe(LIFE_UNIT, life, seen).unit;
}
