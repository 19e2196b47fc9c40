import { setImmediate as yieldNow } from 'node:timers/promises';
import { ABSENT_LINE, digestLine, digestOf } from '../../connectors/digest.js';
import type { RecordState } from '../../connectors/connector.js';
import { readUnit } from '../../core/at-rest.js';
import type { Side } from '../../core/clock.js';
import { CanonError } from '../../core/errors.js';
import { heldRaw } from '../../core/held-raw.js';
import { LIFE, type UnitPlan } from '../../core/plan.js';
import { StoredFormError } from '../../core/stored-form.js';
import { image } from '../../core/unit.js';
import type { Json, Raw } from '../../core/value.js';
import type { HeldRow } from '../../database/sql/verification.js';
import { fetchAll } from '../fetch-all.js';
import type { RunningPipeline } from '../running-pipeline.js';

/** One side of a page of linked records: what the side shows, and where that is not what is held. */
export interface ComparedPage {
  readonly records: number;
  readonly digest: string;
  /** Links that look different. */
  readonly suspects: readonly number[];
}

/** Compares one side with what is held of it, page by page. */
export class SidePages {
  readonly #units: readonly (readonly [plan: UnitPlan, fields: readonly string[]])[];
  readonly #names: readonly string[];

  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly side: Side,
  ) {
    const { columns } = pipeline.ends[side];
    const units = pipeline.plan.units.flatMap((plan) => {
      const members = columns.get(plan.key);
      return members === undefined ? [] : [{ plan, members }];
    });
    this.#units = units.map(({ plan, members }) => [plan, members.map(([field]) => field)]);
    this.#names = units.flatMap(({ members }) => members.map(([, column]) => column));
  }

  get fieldsPerRecord(): number {
    return this.#names.length;
  }

  /** Starts to read: the side is at work while the caller works out what it should show. */
  async compare(rows: readonly HeldRow[]): Promise<ComparedPage> {
    const { endpoint } = this.pipeline.ends[this.side];
    const here = rows.filter((row) => idOf(row, this.side) !== null);
    if (here.length === 0) return { records: 0, digest: digestOf([]), suspects: [] };
    const ids = here.map((row) => idOf(row, this.side) as string);
    const theirs = this.#digest(ids);
    theirs.catch(() => undefined);
    // The question is on its way before this process is busy with its own answer; and other work gets its turn.
    await yieldNow();
    const lines = here.map((row) => this.#heldLine(row));
    const ours = digestOf(lines);
    const digest = await theirs;
    if (digest === ours) return { records: here.length, digest, suspects: [] };
    const states = await fetchAll(endpoint, ids);
    const shown = ids.map((id) => this.#shownLine(id, states.get(id)));
    const suspects = here.filter((_, i) => lines[i] !== shown[i]).map((row) => row.link_id);
    return { records: here.length, digest: digest ?? digestOf(shown), suspects };
  }

  async #digest(ids: readonly string[]): Promise<string | null> {
    const { endpoint } = this.pipeline.ends[this.side];
    if (endpoint.digest === undefined || ids.length > endpoint.capabilities.batch.read) return null;
    return endpoint.digest(ids, this.#names);
  }

  /** `''` for what cannot be a line: it is looked at. */
  #heldLine(row: HeldRow): string {
    const { clock, fields, open } = row;
    const id = idOf(row, this.side) as string;
    try {
      const life = fields[LIFE];
      const unsettled = open?.[LIFE];
      if (life !== undefined || unsettled !== undefined) {
        const unit = readUnit(clock, life ?? 'live', unsettled);
        if (image(unit, this.side).value === 'deleted') return ABSENT_LINE;
      }
      const raws: Raw[] = [];
      for (const [plan, members] of this.#units) {
        const raw = heldRaw(plan, this.side, clock, fields[plan.key], open?.[plan.key]);
        if (!plan.isGroup) raws.push(raw);
        else for (const field of members) raws.push((raw as Readonly<Record<string, Json>>)[field] ?? null);
      }
      return digestLine(id, raws);
    } catch (error) {
      if (error instanceof CanonError || error instanceof StoredFormError || error instanceof RangeError)
        return '';
      throw error;
    }
  }

  #shownLine(id: string, state: RecordState | undefined): string {
    if (state === undefined) return ABSENT_LINE;
    return digestLine(
      id,
      this.#names.map((name) => state.values[name] ?? null),
    );
  }
}

function idOf(row: HeldRow, side: Side): string | null {
  return side === 'A' ? row.a_id : row.b_id;
}
