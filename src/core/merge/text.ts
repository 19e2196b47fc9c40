import { diff3Merge } from 'node-diff3';
import { isBlank, type Canon } from '../value.js';
import { merged, notMerged, type Contribution, type MergeOutcome } from './outcome.js';

/** Longer texts are not compared: the cost grows with the square of the number of tokens. */
const MAX_TOKENS = 3_000;
const MAX_LENGTH = 300_000;
/** Nor are those that repeat one token over and over: each pair of equal tokens is a way to align them. */
const MAX_PAIRS = 100_000;

/**
 * Three-way merge by lines where a text has several, else by words. Not clean means not merged (`overlap`), as does a text that was
 * cleared on one side and edited on the other, or has no common past (`no-base`).
 */
export function mergeText(head: Canon, contributions: readonly Contribution[]): MergeOutcome {
  let result = head;
  for (const { base, value } of contributions) {
    const step = mergeOne(base, value, result);
    if (!step.ok) return step;
    result = step.value;
  }
  return merged(result);
}

function mergeOne(base: Canon | undefined, value: Canon, head: Canon): MergeOutcome {
  if (value === head || value === base) return merged(head);
  if (head === base) return merged(value);
  if (base === undefined) {
    if (isBlank(head)) return merged(value);
    return isBlank(value) ? merged(head) : notMerged('no-base');
  }
  if (typeof base !== 'string' || typeof value !== 'string' || typeof head !== 'string') {
    return notMerged('overlap: cleared on one side, edited on the other');
  }
  if (base.length + value.length + head.length > MAX_LENGTH) return notMerged('too-long');
  const split = [base, value, head].some((text) => text.includes('\n')) ? lines : words;
  const [o, a, b] = [split(base), split(value), split(head)];
  if (o.length + a.length + b.length > MAX_TOKENS) return notMerged('too-long');
  if (pairs(o, a) + pairs(o, b) > MAX_PAIRS) return notMerged('too-long');
  const regions = diff3Merge(a, o, b, { excludeFalseConflicts: true });
  let text = '';
  for (const region of regions) {
    if (region.ok === undefined) return notMerged('overlap');
    text += region.ok.join('');
  }
  return merged(text);
}

function pairs(x: readonly string[], y: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const token of x) counts.set(token, (counts.get(token) ?? 0) + 1);
  return y.reduce((sum, token) => sum + (counts.get(token) ?? 0), 0);
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Words and other characters, each with the blanks before it, so that nothing is lost when they are joined. */
function words(text: string): string[] {
  return text.match(/\s*(?:[\p{L}\p{M}\p{N}_]+|\S)|\s+$/gu) ?? [];
}
