import { describe, expect, it } from '@jest/globals';
import { makeEditScript, type Edit } from '../../bench/sync/edits.js';
import { baseRow, columns } from '../../bench/sync/records.js';
import { existence, isClean, Judge, type OpenConflict, type Verdict } from '../../bench/sync/verdict.js';

const records = 100;
type Rows = Map<number, (string | null)[]>;

/** Both sides after a run in which everything went as it should. */
function perfect(edits: readonly Edit[]): { a: Rows; b: Rows; conflicts: OpenConflict[] } {
  const fresh = (): Rows => new Map(Array.from({ length: records }, (_, i) => [i + 1, baseRow(i + 1)]));
  const [a, b] = [fresh(), fresh()];
  const conflicts: OpenConflict[] = [];
  for (const { side, id, column, value } of edits) {
    const other = edits.find((edit) => edit.id === id && edit.column === column && edit.side !== side);
    if (other === undefined || side === 'A') a.get(id)![column] = value;
    if (other === undefined || side === 'B') b.get(id)![column] = value;
    if (other !== undefined && side === 'A')
      conflicts.push({ id, column: columns[column]!, values: [value, other.value] });
  }
  return { a, b, conflicts };
}

function judged(edits: readonly Edit[], { a, b, conflicts }: ReturnType<typeof perfect>): Verdict {
  const judge = new Judge(records, edits, conflicts);
  for (const id of new Set([...a.keys(), ...b.keys()])) judge.look(id, a.get(id), b.get(id));
  return judge.verdict();
}

const script = makeEditScript(records, 2, 1);
const edits = [...script.W2, ...script['W2-live'], ...script.W3, ...script.W4, ...script.W6];
const none = {
  lostEdits: 0,
  falseConflicts: 0,
  missedConflicts: 0,
  unequalFields: 0,
  changedUnasked: 0,
  missingRecords: 0,
  strangeRecords: 0,
  openConflicts: 2,
};

describe('the judge of the benchmark', () => {
  it('finds nothing wrong where everything arrived and both questions are open', () => {
    const verdict = judged(edits, perfect(edits));
    expect(verdict).toEqual(none);
    expect(isClean(verdict)).toBe(true);
  });

  it('counts an edit that was overwritten by the other side as lost', () => {
    const state = perfect(edits);
    const { id, column } = script.W2[0]!;
    const before = baseRow(id)[column]!;
    state.a.get(id)![column] = before;
    state.b.get(id)![column] = before;
    expect(judged(edits, state)).toEqual({ ...none, lostEdits: 1 });
  });

  it('counts a silent winner as a missed conflict and a lost edit', () => {
    const state = perfect(edits);
    const [question] = state.conflicts.splice(0, 1);
    const column = (columns as readonly string[]).indexOf(question!.column);
    state.b.get(question!.id)![column] = state.a.get(question!.id)![column]!;
    expect(judged(edits, state)).toEqual({ ...none, openConflicts: 1, missedConflicts: 1, lostEdits: 1 });
  });

  it('counts an edit that never arrived as unequal, not as lost', () => {
    const state = perfect(edits);
    const { id, column } = script.W2[0]!;
    state.b.get(id)![column] = baseRow(id)[column]!;
    expect(judged(edits, state)).toEqual({ ...none, unequalFields: 1 });
  });

  it('counts a question that nobody had to ask as false', () => {
    const state = perfect(edits);
    const { id, column, value } = script.W2[0]!;
    state.conflicts.push({ id, column: columns[column]!, values: [value] });
    state.conflicts.push({ id: 99_999, column: 'email', values: [] });
    expect(judged(edits, state)).toEqual({ ...none, falseConflicts: 2 });
  });

  it('counts what changed without an edit, and records that are missing or too many', () => {
    const untouched = Array.from({ length: records }, (_, i) => i + 1).find(
      (id) => !edits.some((edit) => edit.id === id),
    )!;
    const state = perfect(edits);
    state.a.get(untouched)![3] = 'somebody else';
    state.b.get(untouched)![3] = 'somebody else';
    expect(judged(edits, state)).toEqual({ ...none, changedUnasked: 1 });

    const lacking = perfect(edits);
    lacking.b.delete(untouched);
    lacking.a.set(records + 1, baseRow(1));
    expect(judged(edits, lacking)).toEqual({ ...none, missingRecords: 1, strangeRecords: 1 });
  });

  it('a record that was deleted on A and edited on B stays as it is, and somebody is asked', () => {
    const deleted = script.W5.map(({ id }) => id);
    const all = [...edits, ...script.W5];
    const [id] = deleted;
    const state = (): ReturnType<typeof perfect> => {
      const { a, b, conflicts } = perfect(all);
      for (const one of deleted) a.delete(one);
      return { a, b, conflicts: [...conflicts, ...deleted.map(asked)] };
    };
    const verdictOf = ({ a, b, conflicts }: ReturnType<typeof perfect>): Verdict => {
      const judge = new Judge(records, all, conflicts, deleted);
      for (const one of new Set([...a.keys(), ...b.keys()])) judge.look(one, a.get(one), b.get(one));
      return judge.verdict();
    };
    const fine = { ...none, openConflicts: 2 + deleted.length };
    expect(verdictOf(state())).toEqual(fine);

    const unasked = state();
    unasked.conflicts = unasked.conflicts.filter((one) => one.id !== id);
    expect(verdictOf(unasked)).toEqual({
      ...fine,
      openConflicts: fine.openConflicts - 1,
      missedConflicts: 1,
    });

    const carried = state();
    carried.b.delete(id!);
    expect(verdictOf(carried)).toEqual({ ...fine, missingRecords: 1, lostEdits: 1 });

    const revived = state();
    revived.a.set(id!, revived.b.get(id!)!);
    expect(verdictOf(revived)).toEqual({ ...fine, strangeRecords: 1 });

    const forgotten = state();
    forgotten.b.set(id!, baseRow(id!));
    expect(verdictOf(forgotten)).toEqual({ ...fine, lostEdits: 1 });
  });
});

const asked = (id: number): OpenConflict => ({ id, column: existence, values: ['deleted', 'live'] });
