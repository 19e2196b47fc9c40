import { setImmediate as yieldNow } from 'node:timers/promises';
import { ABSENT_LINE, digestLine, digestOf } from '../../connectors/digest.js';
import type { RecordState } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import type { HeldRow } from '../../database/sql/verification.js';
import { fetchAll } from '../fetch-all.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { HeldLines, idOf } from './held-lines.js';

/** One side of a page of linked records: what the side shows, and where that is not what is held. */
export interface ComparedPage {
  readonly records: number;
  readonly fields: number;
  readonly digest: string;
  /** Links that look different. */
  readonly suspects: readonly number[];
}

export interface ComparedPages {
  readonly sides: Readonly<Record<Side, ComparedPage>>;
  /** How much text was compared, both sides together. */
  readonly characters: number;
}

/** Compares linked records on both sides with what is held of them, page by page. */
export class Pages {
  readonly #held: HeldLines;

  constructor(private readonly pipeline: RunningPipeline) {
    this.#held = new HeldLines(pipeline);
  }

  /** Starts to read: the sides are at work while this process works out what they should show. */
  async compare(rows: readonly HeldRow[]): Promise<ComparedPages> {
    const shown = { A: this.#ask('A', rows), B: this.#ask('B', rows) };
    for (const side of SIDES) shown[side].catch(() => undefined);
    // The questions are on their way before this process is busy with its own answer; and other work gets its turn.
    await yieldNow();
    const lines = this.#held.of(rows);
    const [A, B] = await Promise.all(
      SIDES.map(async (side) => this.#compareSide(side, rows, lines[side], await shown[side])),
    );
    const characters = SIDES.reduce((sum, side) => lines[side].reduce((n, { length }) => n + length, sum), 0);
    return { sides: { A: A as ComparedPage, B: B as ComparedPage }, characters };
  }

  /** The side's digest of these records; or their lines, where it cannot hash. */
  async #ask(side: Side, rows: readonly HeldRow[]): Promise<string | readonly string[]> {
    const ids = rows.flatMap((row) => idOf(row, side) ?? []);
    if (ids.length === 0) return digestOf([]);
    const { endpoint } = this.pipeline.ends[side];
    const fits = ids.length <= endpoint.capabilities.batch.read;
    const digest = fits ? await endpoint.digest?.(ids, this.#held.columns[side]) : null;
    return digest ?? this.#shownLines(side, ids);
  }

  async #compareSide(
    side: Side,
    rows: readonly HeldRow[],
    held: readonly string[],
    answer: string | readonly string[],
  ): Promise<ComparedPage> {
    const here = rows.flatMap((row, i) => {
      const id = idOf(row, side);
      return id === null ? [] : [{ id, link: row.link_id, line: held[i] ?? '' }];
    });
    // Of a record that is known to be gone nothing but that can be compared.
    const live = here.filter(({ line }) => line !== ABSENT_LINE).length;
    const compared = { records: here.length, fields: live * this.#held.columns[side].length };
    const ids = here.map(({ id }) => id);
    const digest = typeof answer === 'string' ? answer : digestOf(answer);
    if (typeof answer === 'string' && answer === digestOf(here.map(({ line }) => line)))
      return { ...compared, digest, suspects: [] };
    const shown = typeof answer === 'string' ? await this.#shownLines(side, ids) : answer;
    const suspects = here.flatMap(({ line, link }, i) => (line === shown[i] ? [] : [link]));
    return { ...compared, digest, suspects };
  }

  async #shownLines(side: Side, ids: readonly string[]): Promise<readonly string[]> {
    const states = await fetchAll(this.pipeline.ends[side].endpoint, ids);
    return ids.map((id) => this.#shownLine(side, id, states.get(id)));
  }

  #shownLine(side: Side, id: string, state: RecordState | undefined): string {
    if (state === undefined) return ABSENT_LINE;
    return digestLine(
      id,
      this.#held.columns[side].map((name) => state.values[name] ?? null),
    );
  }
}
