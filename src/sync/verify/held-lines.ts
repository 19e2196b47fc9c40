import { ABSENT_LINE, digestLine, rawsText, withId } from '../../connectors/digest.js';
import { isArchived, markOf } from '../../core/archive.js';
import { readUnit } from '../../core/at-rest.js';
import { SIDES, type Side } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import { heldRaw } from '../../core/held-raw.js';
import { LIFE, type Archive, type UnitPlan } from '../../core/plan.js';
import { StoredFormError } from '../../core/stored-form.js';
import { image } from '../../core/unit.js';
import type { Json, Raw } from '../../core/value.js';
import type { HeldRow } from '../../database/sql/verification.js';
import type { RunningPipeline } from '../running-pipeline.js';

type Units = readonly (readonly [plan: UnitPlan, fields: readonly string[]])[];

/** What the sides should show of linked records, as lines of a digest: worked out from what is held of them. */
export class HeldLines {
  /** The columns that are compared, in the order in which a line has them. */
  readonly columns: Readonly<Record<Side, readonly string[]>>;
  readonly #units: Readonly<Record<Side, Units>>;
  /** Both sides have the same fields in the same order, none of them in a group. */
  readonly #alike: boolean;
  readonly #archives: Readonly<Partial<Record<Side, Archive>>>;

  constructor(pipeline: RunningPipeline) {
    const members = (side: Side): readonly (readonly [UnitPlan, readonly (readonly [string, string])[]])[] =>
      pipeline.plan.units.flatMap((plan) => {
        const of = pipeline.ends[side].columns.get(plan.key);
        return of === undefined ? [] : [[plan, of] as const];
      });
    const units = (side: Side): Units =>
      members(side).map(([plan, of]) => [plan, of.map(([field]) => field)] as const);
    const names = (side: Side): string[] => {
      const archive = pipeline.plan.archive?.[side];
      const marks = archive === undefined ? [] : [archive.column];
      return [...members(side).flatMap(([, of]) => of.map(([, column]) => column)), ...marks];
    };
    this.columns = { A: names('A'), B: names('B') };
    this.#units = { A: units('A'), B: units('B') };
    const { A, B } = this.#units;
    this.#archives = pipeline.plan.archive ?? {};
    this.#alike =
      pipeline.plan.archive === undefined &&
      A.length === B.length &&
      A.every(([plan], i) => plan === B[i]?.[0] && !plan.isGroup);
  }

  /** In the order of the rows, and of both sides at once: what both hold alike is written once. `''`: not there, or no line at all. */
  of(rows: readonly HeldRow[]): Readonly<Record<Side, readonly string[]>> {
    const lines: Record<Side, string[]> = { A: [], B: [] };
    for (const row of rows) {
      const text = this.#textOfBoth(row);
      for (const side of SIDES) {
        const id = idOf(row, side);
        lines[side].push(id === null ? '' : text === null ? this.#line(row, side, id) : withId(id, text));
      }
    }
    return lines;
  }

  /** Of nearly all records: at rest, with plain values that both sides write alike. `null`: each side has to be looked at. */
  #textOfBoth({ fields, open }: HeldRow): string | null {
    if (!this.#alike || open !== null || fields[LIFE] !== undefined) return null;
    const raws: Raw[] = [];
    try {
      for (const [plan] of this.#units.A) {
        const field = fields[plan.key];
        if (field === undefined || (typeof field === 'object' && field !== null)) return null;
        const raw = plan.put('A', field, undefined);
        if (raw !== plan.put('B', field, undefined)) return null;
        raws.push(raw);
      }
    } catch (error) {
      if (error instanceof CanonError) return null;
      throw error;
    }
    return rawsText(raws);
  }

  /** `''` for what cannot be a line: it is looked at. */
  #line({ clock, fields, open }: HeldRow, side: Side, id: string): string {
    try {
      let mark: readonly Raw[] = [];
      const life = fields[LIFE];
      const unsettled = open?.[LIFE];
      const archive = this.#archives[side];
      if (life !== undefined || unsettled !== undefined || archive !== undefined) {
        const unit = readUnit(clock, life ?? 'live', unsettled);
        if (image(unit, side).value === 'deleted' && !isArchived(unit, side)) return ABSENT_LINE;
        mark = archive === undefined ? [] : [markOf(archive, image(unit, side))];
      }
      const raws: Raw[] = [];
      for (const [plan, members] of this.#units[side]) {
        const raw = heldRaw(plan, side, clock, fields[plan.key], open?.[plan.key]);
        if (!plan.isGroup) raws.push(raw);
        else for (const field of members) raws.push((raw as Readonly<Record<string, Json>>)[field] ?? null);
      }
      return digestLine(id, [...raws, ...mark]);
    } catch (error) {
      if (error instanceof CanonError || error instanceof StoredFormError || error instanceof RangeError)
        return '';
      throw error;
    }
  }
}

export function idOf(row: HeldRow, side: Side): string | null {
  return side === 'A' ? row.a_id : row.b_id;
}
