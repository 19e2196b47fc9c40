import type { Edit, Side } from './edits.js';
import { baseRow, columns } from './records.js';

/** An open question to a person, as the system under test keeps it. */
export interface OpenConflict {
  readonly id: number;
  readonly column: string;
  readonly values: readonly string[];
}

/** What a question about whether a record is to exist names in place of a column. */
export const existence = 'existence';

/** What went wrong, counted. All zero is the only good result. */
export interface Verdict {
  /** Edits whose value stands on neither side and in no open conflict. */
  readonly lostEdits: number;
  /** Open conflicts over a field that only one side edited, or none. */
  readonly falseConflicts: number;
  /** Fields that both sides edited to different values and nobody is asked about. */
  readonly missedConflicts: number;
  /** Fields that differ between the sides without an open conflict. */
  readonly unequalFields: number;
  /** Fields that nobody edited and that no longer hold what they held. */
  readonly changedUnasked: number;
  /** Records that one side lacks, or has too many. */
  readonly missingRecords: number;
  readonly strangeRecords: number;
  /** For information: conflicts that are open as they should be. */
  readonly openConflicts: number;
}

type Row = readonly (string | null)[];

/**
 * Judges the final state from the edit script alone. It knows the product only by what it left in the two databases and by its
 * open conflicts.
 */
export class Judge {
  private readonly edited = new Map<number, Map<number, Partial<Record<Side, string>>>>();
  private readonly conflicts = new Map<string, OpenConflict>();
  private readonly deleted: ReadonlySet<number>;
  /** Of those, the ones that neither side has shown yet. */
  private readonly unseen: Set<number>;
  private readonly count = {
    lostEdits: 0,
    falseConflicts: 0,
    missedConflicts: 0,
    unequalFields: 0,
    changedUnasked: 0,
    missingRecords: 0,
    strangeRecords: 0,
    openConflicts: 0,
  };
  private seen = 0;

  constructor(
    private readonly records: number,
    edits: readonly Edit[],
    conflicts: readonly OpenConflict[],
    deletedOnA: readonly number[] = [],
  ) {
    this.deleted = new Set(deletedOnA);
    this.unseen = new Set(deletedOnA);
    for (const { side, id, column, value } of edits) {
      const record = this.edited.get(id) ?? new Map<number, Partial<Record<Side, string>>>();
      this.edited.set(id, record.set(column, { ...record.get(column), [side]: value }));
    }
    for (const conflict of conflicts) this.conflicts.set(`${conflict.id} ${conflict.column}`, conflict);
    this.count.falseConflicts += conflicts.length - this.conflicts.size;
  }

  /** Every record of either side, once. */
  look(id: number, a: Row | undefined, b: Row | undefined): void {
    if (id < 1 || id > this.records) {
      this.count.strangeRecords++;
      return;
    }
    this.seen++;
    if (this.deleted.has(id)) {
      this.unseen.delete(id);
      this.lookAtDeleted(id, a, b);
      return;
    }
    if (a === undefined || b === undefined) {
      this.count.missingRecords++;
      return;
    }
    const edits = this.edited.get(id);
    const base = baseRow(id);
    for (let column = 0; column < columns.length; column++) {
      this.lookAtField(id, column, edits?.get(column), base[column], a[column] ?? null, b[column] ?? null);
    }
  }

  /** Deleted on A while it was edited on B: only a person may say what becomes of it, and until then nothing does. */
  private lookAtDeleted(id: number, a: Row | undefined, b: Row | undefined): void {
    const asked = this.conflicts.delete(`${id} ${existence}`);
    this.count[asked ? 'openConflicts' : 'missedConflicts']++;
    if (a !== undefined) this.count.strangeRecords++;
    if (b === undefined) {
      this.count.missingRecords++;
      this.count.lostEdits += this.edited.get(id)?.size ?? 0;
      return;
    }
    const edits = this.edited.get(id);
    baseRow(id).forEach((base, column) => {
      const value = edits?.get(column)?.B;
      if (value !== undefined && b[column] !== value) this.count.lostEdits++;
      if (value === undefined && b[column] !== base) this.count.changedUnasked++;
    });
  }

  private lookAtField(
    id: number,
    column: number,
    edits: Partial<Record<Side, string>> | undefined,
    base: string | undefined,
    a: string | null,
    b: string | null,
  ): void {
    const key = `${id} ${columns[column] ?? ''}`;
    const conflict = this.conflicts.get(key);
    this.conflicts.delete(key);
    const wanted = edits?.A !== undefined && edits.B !== undefined && edits.A !== edits.B;
    if (conflict !== undefined) this.count[wanted ? 'openConflicts' : 'falseConflicts']++;
    else if (wanted) this.count.missedConflicts++;
    if (conflict === undefined && a !== b) this.count.unequalFields++;
    if (edits === undefined && (a !== base || b !== base)) this.count.changedUnasked++;
    for (const value of Object.values(edits ?? {})) {
      if (a !== value && b !== value && !(conflict?.values.includes(value) ?? false)) this.count.lostEdits++;
    }
  }

  verdict(): Verdict {
    for (const id of [...this.unseen]) this.look(id, undefined, undefined);
    return {
      ...this.count,
      missingRecords: this.count.missingRecords + this.records - this.seen,
      // What is left speaks of a record that neither side has.
      falseConflicts: this.count.falseConflicts + this.conflicts.size,
    };
  }
}

export function isClean(verdict: Verdict): boolean {
  const { openConflicts: _, ...faults } = verdict;
  return Object.values(faults).every((n) => n === 0);
}
