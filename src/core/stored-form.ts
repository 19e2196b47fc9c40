/**
 * A stored document that is not one of ours: another version wrote it, or somebody's hand. Nothing may be derived from what it might
 * mean.
 */
export class StoredFormError extends Error {
  override readonly name = 'StoredFormError';

  constructor(
    /** Where in the document: `open.dec.due`. */
    readonly place: string,
    /** What belongs there, in words. */
    readonly expected: string,
  ) {
    super(`stored registers, ${place}: expected ${expected}`);
  }
}

type Members = Readonly<Record<string, unknown>>;

/** The shape of `shadow.fields[unit]` where it is an object. */
export function mustBeField(doc: Members): void {
  must(!Array.isArray(doc) && Object.hasOwn(doc, 'v'), 'field', 'a value, or an object with one');
  must(isText(doc.d) && isText(doc.c) && isText(doc.t), 'field', 'clocks as text');
}

/** The shape of `shadow.open[unit]`. */
export function mustBeOpen(doc: unknown): void {
  const open = members(doc, 'open');
  if (open.h !== undefined) mustBeSigned(members(open.h, 'open.h'), 'open.h');
  if (open.a !== undefined) mustBeVersion(open.a, 'open.a');
  if (open.b !== undefined) mustBeVersion(open.b, 'open.b');
  mustBeBase(open.ia, 'open.ia');
  mustBeBase(open.ib, 'open.ib');
  if (open.x !== undefined) list(open.x, 'open.x').forEach(mustBeOrphan);
  if (open.dec !== undefined) mustBeDecision(open.dec);
  if (open.con !== undefined) {
    const contest = members(open.con, 'open.con');
    must(typeof contest.kind === 'string', 'open.con.kind', 'text');
    must(typeof contest.reason === 'string', 'open.con.reason', 'text');
    must(typeof contest.c === 'string', 'open.con.c', 'a context as text');
    list(contest.cands, 'open.con.cands').forEach((of, i) =>
      mustBeVersion(of, `open.con.cands.${String(i)}`),
    );
    if (contest.un !== undefined) mustBeUndone(contest.un);
  }
  if (open.blk !== undefined) {
    const blocked = members(open.blk, 'open.blk');
    mustBeSide(blocked.side, 'open.blk.side');
    for (const key of ['code', 'detail', 'd'])
      must(typeof blocked[key] === 'string', `open.blk.${key}`, 'text');
    must(typeof blocked.since === 'number', 'open.blk.since', 'a time');
    must(blocked.both === undefined || blocked.both === true, 'open.blk.both', 'true, or nothing');
  }
}

function mustBeUndone(doc: unknown): void {
  const undone = members(doc, 'open.con.un');
  must(typeof undone.dec === 'string', 'open.con.un.dec', 'text');
  must(undone.base !== undefined, 'open.con.un.base', 'one value in a list, or 0');
  mustBeBase(undone.base, 'open.con.un.base');
  for (const side of ['a', 'b'] as const) {
    if (undone[side] === undefined) continue;
    mustBeVersion(undone[side], `open.con.un.${side}`);
    must(typeof (undone[side] as Members).n === 'number', `open.con.un.${side}.n`, 'a count');
  }
}

/** The shape of `conflict.candidates`. */
export function mustBeCandidates(docs: unknown): void {
  list(docs, 'candidates').forEach((of, i) => {
    const place = `candidates.${String(i)}`;
    mustBeVersion(of, place);
    const { key, side, base } = of as Members;
    must(typeof key === 'string', `${place}.key`, 'text');
    if (side !== undefined) mustBeSide(side, `${place}.side`);
    must(
      base === undefined || (Array.isArray(base) && base.length === 1),
      `${place}.base`,
      'one value in a list',
    );
  });
}

function mustBeVersion(doc: unknown, place: string): void {
  const version = members(doc, place);
  must(Object.hasOwn(version, 'v'), `${place}.v`, 'a value');
  must(isText(version.d) && isText(version.c), place, 'clocks as text');
  mustBeSigned(version, place);
}

function mustBeSigned({ s, by }: Members, place: string): void {
  if (s !== undefined) {
    const stamp = list(s, `${place}.s`);
    must(typeof stamp[0] === 'number' && typeof stamp[1] === 'number', `${place}.s`, 'two times');
    must(isText(stamp[2]) && stamp.length <= 3, `${place}.s`, 'two times and a doubt');
  }
  if (by === undefined) return;
  const author = members(by, `${place}.by`);
  must(typeof author.kind === 'string' && typeof author.name === 'string', `${place}.by`, 'kind and name');
}

function mustBeBase(doc: unknown, place: string): void {
  const fits = doc === undefined || doc === 0 || (Array.isArray(doc) && doc.length === 1);
  must(fits, place, 'one value in a list, or 0');
}

function mustBeOrphan(doc: unknown, i: number): void {
  const place = `open.x.${String(i)}`;
  mustBeVersion(doc, place);
  mustBeSide((doc as Members).side, `${place}.side`);
  must(Object.hasOwn(doc as Members, 'base'), `${place}.base`, 'a value');
}

function mustBeDecision(doc: unknown): void {
  mustBeVersion(doc, 'open.dec');
  const { id, due } = doc as Members;
  must(typeof id === 'string', 'open.dec.id', 'text');
  must(typeof due === 'number', 'open.dec.due', 'a time');
}

function mustBeSide(side: unknown, place: string): void {
  must(side === 'A' || side === 'B', place, 'A or B');
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function members(doc: unknown, place: string): Members {
  must(typeof doc === 'object' && doc !== null && !Array.isArray(doc), place, 'an object');
  return doc as Members;
}

function list(doc: unknown, place: string): readonly unknown[] {
  must(Array.isArray(doc), place, 'a list');
  return doc as readonly unknown[];
}

function must(holds: boolean, place: string, expected: string): void {
  if (!holds) throw new StoredFormError(place, expected);
}
