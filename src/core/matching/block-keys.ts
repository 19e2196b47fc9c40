import type { BlockSpec } from '../pipeline/spec.js';
import { fold, wordsOf } from './fold.js';
import { sound } from './likeness.js';

/** A record's keys are few: a field with a hundred words does not make a hundred keys of itself. */
const MOST_WORDS = 6;
const MOST_KEYS = 24;
/** Keys are indexed. What is longer is found by its beginning. */
const LONGEST = 200;
const START = 4;
const ENDING = 6;

/** Reads a field's value in the normal form that a rule compares it in; `null` when it is blank. */
export type FieldText = (field: string) => string | null;

/** The keys under which a record is found by others: those that share none are never compared. Each begins with its block's place. */
export function blockKeys(blocks: readonly BlockSpec[], text: FieldText): readonly string[] {
  const keys = new Set<string>();
  blocks.forEach((block, place) => {
    let made: readonly string[] = [String(place)];
    for (const parts of partsOf(block, text)) {
      made = parts.flatMap((part) => made.map((key) => `${key}|${part}`));
      if (made.length === 0) return;
    }
    for (const key of made.slice(0, MOST_KEYS)) keys.add(key.slice(0, LONGEST));
  });
  return [...keys];
}

function* partsOf(block: BlockSpec, text: FieldText): Generator<readonly string[]> {
  for (const field of block.whole ?? []) yield one(text(field));
  for (const field of block.start ?? []) yield one(folded(text(field))?.replaceAll(' ', '').slice(0, START));
  for (const field of block.ending ?? []) yield one(ending(text(field)));
  for (const field of block.words ?? []) yield words(folded(text(field)));
  for (const field of block.sound ?? []) yield [...new Set(words(folded(text(field))).map(sound))];
}

function one(part: string | null | undefined): readonly string[] {
  return part === null || part === undefined || part === '' ? [] : [part];
}

function words(text: string | null): readonly string[] {
  if (text === null) return [];
  const all = wordsOf(text);
  const telling = all.filter((word) => word.length > 2);
  return [...new Set(telling.length > 0 ? telling : all)].slice(0, MOST_WORDS);
}

function folded(text: string | null): string | null {
  return text === null ? null : fold(text);
}

function ending(text: string | null): string | null {
  const digits = (text ?? '').replace(/\D+/g, '');
  return digits.length < ENDING ? null : digits.slice(-ENDING);
}
