import type { Side } from './clock.js';
import { CanonError } from './errors.js';
import type { Plan, UnitPlan } from './plan.js';
import type { Unit } from './unit.js';
import type { Canon, Raw } from './value.js';

/**
 * The canonical value of a reference is the identity of the record that it points to, the same on both sides: `rec_<link>` once that
 * record is linked, and until then `<side>:<id>`, which says something on its own side only.
 */
export type Target =
  | { readonly kind: 'linked'; readonly link: number }
  | { readonly kind: 'alone'; readonly side: Side; readonly id: string };

/** Who is who among the records that references point to, looked up beforehand. */
export interface Crosswalk {
  /** The live link of the record with this id, also an id that it had before; `null`: it has none. */
  linkOf(side: Side, id: string): number | null;
  /** The id by which the record can be referred to on a side now; `null`: it is not there, not there yet, or gone. */
  idOf(side: Side, link: number): string | null;
  /** The two records of this link go their own ways. */
  isParted(link: number): boolean;
  /** It is being made on a side at present. */
  isUnderWay(link: number): boolean;
}

/** Knows of nobody: what is linked or not cannot be told from it, and nothing is written. */
export const NOBODY: Crosswalk = {
  linkOf: () => null,
  idOf: () => null,
  isParted: () => false,
  isUnderWay: () => false,
};

/** Code of a unit that waits for the record it points to. */
export const WAITING_FOR = 'waiting-for';

export function linkedTarget(link: number): string {
  return `rec_${String(link)}`;
}

export function aloneTarget(side: Side, id: string): string {
  return `${side}:${id}`;
}

/** `null`: blank, or no value of a reference. */
export function targetOf(value: Canon): Target | null {
  if (typeof value !== 'string') return null;
  const linked = /^rec_([1-9]\d*)$/.exec(value);
  if (linked !== null) return { kind: 'linked', link: Number(linked[1]) };
  const side = value.slice(0, 2);
  if (side !== 'A:' && side !== 'B:') return null;
  return { kind: 'alone', side: side === 'A:' ? 'A' : 'B', id: value.slice(2) };
}

/** The id as the side holds it; `null`: it points to nothing. */
export function idIn(raw: Raw | undefined): string | null {
  if (raw === undefined || raw === null || raw === '') return null;
  return typeof raw === 'string' ? raw : JSON.stringify(raw);
}

/** What a side's id means and how a target is written there, as far as the crosswalk knows. `put` throws CanonError `waiting-for`. */
export function referenceLens(
  field: string,
  pipeline: string,
  crosswalk: Crosswalk,
): Pick<UnitPlan, 'get' | 'put'> {
  return {
    get: (side, raw) => {
      const id = idIn(raw);
      if (id === null) return null;
      const link = crosswalk.linkOf(side, id);
      return link === null ? aloneTarget(side, id) : linkedTarget(link);
    },
    put: (side, value) => {
      if (value === null) return null;
      const target = targetOf(value);
      const expected = `a linked record of ${pipeline}`;
      if (target === null)
        throw new CanonError('value-type', field, expected, JSON.stringify(value).slice(0, 60));
      if (target.kind === 'alone') {
        if (target.side === side) return target.id;
        throw new CanonError(
          WAITING_FOR,
          field,
          expected,
          `${target.id.slice(0, 60)} of ${target.side}, which is not linked`,
        );
      }
      const id = crosswalk.idOf(side, target.link);
      if (id !== null) return id;
      throw new CanonError(
        WAITING_FOR,
        field,
        expected,
        `rec_${String(target.link)}, which is not there on ${side}`,
      );
    },
  };
}

/** The plan with its references looked up. */
export function withCrosswalks(plan: Plan, crosswalks: ReadonlyMap<string, Crosswalk>): Plan {
  const units = plan.units.map((unit) =>
    unit.reference === undefined
      ? unit
      : { ...unit, ...referenceLens(unit.key, unit.reference, crosswalks.get(unit.key) ?? NOBODY) },
  );
  return { ...plan, units, unit: new Map(units.map((unit) => [unit.key, unit])) };
}

/** All that the registers of a reference point to, sorted, each once. */
export function targetsIn(unit: Unit): readonly string[] {
  const back = unit.contest?.undone;
  const values = [
    unit.head.value,
    unit.A.value,
    unit.B.value,
    unit.decision?.value,
    unit.incA?.value,
    unit.incB?.value,
    ...unit.orphans.map(({ value }) => value),
    ...(unit.contest?.candidates ?? []).map(({ value }) => value),
    back?.A?.version.value,
    back?.B?.version.value,
  ];
  return [...new Set(values.filter((value) => typeof value === 'string' && value !== ''))].sort() as string[];
}

/**
 * Each side points to a record of its own that is not linked: whether they mean the same cannot be told before. A linked record and one
 * that is not are two, for a link has a record on either side.
 */
export function isUndecided(values: readonly Canon[]): boolean {
  const sides = new Set(
    values.flatMap((value) => {
      const target = targetOf(value);
      return target?.kind === 'alone' ? [target.side] : [];
    }),
  );
  return sides.size === 2;
}

/** Something of the unit waits: for a record to be linked, or to be there on a side. */
export function isWaiting(unit: Unit): boolean {
  return (
    unit.blocked?.code === WAITING_FOR || targetsIn(unit).some((value) => targetOf(value)?.kind === 'alone')
  );
}
