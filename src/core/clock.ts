/**
 * Dotted version vectors of one unit.
 *
 * A dot names the event that made a value; a context says which events its author had seen. Dominance tests the dot against
 * the other's context, never vector against vector: `{A:2}` would wrongly claim to contain A's event 1 when that one was hidden
 * (dotted version vectors, arXiv 1011.5808).
 */
export type Side = 'A' | 'B';

/** A, B: edits seen on that side. H: values the hub authored. X: a user's write known only from history because a blind write had hidden it. */
export type Actor = 'A' | 'B' | 'H' | 'X';

export const SIDES: readonly Side[] = ['A', 'B'];
export const ACTORS: readonly Actor[] = ['A', 'B', 'H', 'X'];

/** Highest event seen per actor, in the order A, B, H, X. */
export type VersionVector = readonly [a: number, b: number, h: number, x: number];

export interface Dot {
  readonly actor: Actor;
  readonly n: number;
}

/** A clock as stored and shown: dot `"A3"` or `""` for none, context `"3.1.0.0"` with trailing zeros dropped, `""` for empty. */
export interface ClockText {
  readonly d: string;
  readonly c: string;
}

export interface Clocked {
  readonly dot: Dot | null;
  readonly ctx: VersionVector;
}

export const EMPTY_VECTOR: VersionVector = [0, 0, 0, 0];

const INDEX: Readonly<Record<Actor, 0 | 1 | 2 | 3>> = { A: 0, B: 1, H: 2, X: 3 };

export function otherSide(side: Side): Side {
  return side === 'A' ? 'B' : 'A';
}

export function component(vector: VersionVector, actor: Actor): number {
  return vector[INDEX[actor]];
}

export function sameDot(x: Dot | null, y: Dot | null): boolean {
  return x === y || (x !== null && y !== null && x.actor === y.actor && x.n === y.n);
}

/** True when the author of `y` had seen `x`: `x` is no news to `y`. A version without a dot (nothing ever stood) is seen by all. */
export function covers(y: Clocked, x: Clocked): boolean {
  return x.dot === null || component(y.ctx, x.dot.actor) >= x.dot.n || sameDot(y.dot, x.dot);
}

export function concurrent(x: Clocked, y: Clocked): boolean {
  return !covers(x, y) && !covers(y, x);
}

export function join(x: VersionVector, y: VersionVector): VersionVector {
  return [Math.max(x[0], y[0]), Math.max(x[1], y[1]), Math.max(x[2], y[2]), Math.max(x[3], y[3])];
}

export function withDot(vector: VersionVector, dot: Dot | null): VersionVector {
  if (dot === null) return vector;
  const next: [number, number, number, number] = [vector[0], vector[1], vector[2], vector[3]];
  const i = INDEX[dot.actor];
  if (next[i] < dot.n) next[i] = dot.n;
  return next;
}

/** What someone who sees this version knows: its context and its own dot. Exact while contexts are gap-free. */
export function flatten(version: Clocked): VersionVector {
  return withDot(version.ctx, version.dot);
}

export function dotText(dot: Dot | null): string {
  return dot === null ? '' : dot.actor + String(dot.n);
}

export function vectorText(vector: VersionVector): string {
  let last = 3;
  while (last >= 0 && vector[last] === 0) last--;
  return last < 0 ? '' : vector.slice(0, last + 1).join('.');
}

export function parseDot(text: string): Dot | null {
  if (text === '') return null;
  const actor = text[0];
  const n = Number(text.slice(1));
  if (!isActor(actor) || !Number.isSafeInteger(n) || n < 1 || String(n).length !== text.length - 1)
    throw new RangeError(`not a dot: ${JSON.stringify(text)}`);
  return { actor, n };
}

export function parseVector(text: string): VersionVector {
  if (text === '') return EMPTY_VECTOR;
  const parts = text.split('.').map(Number);
  if (parts.length > 4 || parts.some((n) => !Number.isSafeInteger(n) || n < 0) || /[^\d.]/.test(text)) {
    throw new RangeError(`not a version vector: ${JSON.stringify(text)}`);
  }
  return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 0];
}

/** The clock as people and REST clients see it: one number per actor that has one, the value's own event included. */
export function displayClock(version: Clocked): Readonly<Record<string, number>> {
  const [a, b, h, x] = flatten(version);
  return {
    ...(a > 0 && { A: a }),
    ...(b > 0 && { B: b }),
    ...(h > 0 && { hub: h }),
    ...(x > 0 && { recovered: x }),
  };
}

function isActor(text: string | undefined): text is Actor {
  return text === 'A' || text === 'B' || text === 'H' || text === 'X';
}
