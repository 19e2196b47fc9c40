import { diffChars, diffWordsWithSpace } from 'diff';

export interface Part {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

const SHORT = 20;

/**
 * What turned `before` into `after`: by character in short texts, by word in longer ones. Texts that share little are
 * shown as replaced, because a confetti of single letters says nothing.
 */
export function diffParts(before: string, after: string): Part[] {
  if (before === after) return after === '' ? [] : [{ kind: 'same', text: after }];
  const short = Math.max(before.length, after.length) <= SHORT * 2 && !(before + after).includes('\n');
  const bySpaces =
    before.includes(' ') && after.includes(' ') && Math.max(before.length, after.length) > SHORT;
  const changes = short && !bySpaces ? diffChars(before, after) : diffWordsWithSpace(before, after);
  const parts = changes.map((change): Part => ({
    kind: change.added ? 'added' : change.removed ? 'removed' : 'same',
    text: change.value,
  }));
  const kept = parts.filter((part) => part.kind === 'same').reduce((sum, part) => sum + part.text.length, 0);
  const runs = parts.filter((part) => part.kind === 'same').length;
  const confetti = kept < 0.35 * Math.max(before.length, after.length) || (short && runs > 3);
  if (!confetti) return parts;
  return whole(before, after);
}

function whole(before: string, after: string): Part[] {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head++;
  let tail = 0;
  const room = Math.min(before.length, after.length) - head;
  while (tail < room && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  if (head < 3) head = 0;
  if (tail < 3) tail = 0;
  const parts: Part[] = [
    { kind: 'same', text: after.slice(0, head) },
    { kind: 'removed', text: before.slice(head, before.length - tail) },
    { kind: 'added', text: after.slice(head, after.length - tail) },
    { kind: 'same', text: after.slice(after.length - tail) },
  ];
  return parts.filter((part) => part.text !== '');
}

export interface SetPart {
  readonly kind: Part['kind'];
  readonly item: string;
}

export function setParts(before: readonly string[], after: readonly string[]): SetPart[] {
  const had = new Set(before);
  const has = new Set(after);
  return [
    ...after.map((item): SetPart => ({ kind: had.has(item) ? 'same' : 'added', item })),
    ...before.filter((item) => !has.has(item)).map((item): SetPart => ({ kind: 'removed', item })),
  ];
}
