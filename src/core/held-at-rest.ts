import { readImage, writeImage, type VersionDoc } from './at-rest.js';
import { parseVector, vectorText } from './clock.js';
import type { HeldBefore } from './give-back.js';
import type { UnitPlan } from './plan.js';
import { StoredFormError } from './stored-form.js';

/** How lineage keeps what both sides held when a decision became head: `{a, b, t}`, versions with their raw, ticks as text. */
export interface HeldDoc {
  readonly a: VersionDoc;
  readonly b: VersionDoc;
  readonly t: string;
}

export function writeHeld(plan: UnitPlan, { A, B, tick }: HeldBefore): HeldDoc {
  return { a: writeImage(plan, 'A', A), b: writeImage(plan, 'B', B), t: vectorText(tick) };
}

/** @throws StoredFormError, or RangeError for a clock, where the document is none that `writeHeld` writes */
export function readHeld(doc: HeldDoc): HeldBefore {
  const fits = [doc.a, doc.b].every((one) => typeof one === 'object' && 'v' in one);
  if (!fits || typeof doc.t !== 'string') throw new StoredFormError('lineage.p', 'two versions and ticks');
  return { A: readImage(doc.a), B: readImage(doc.b), tick: parseVector(doc.t) };
}
