import type { Conflict, Json } from '../api/types';
import { asSet, asText, isObject, memberNames, shapeOf, type Shape } from '../value/shape';

/** What is being typed in place of the candidates: always text, one per member for a group. */
export interface ValueDraft {
  readonly shape: Shape;
  readonly blank: boolean;
  readonly texts: Readonly<Record<string, string>>;
}

const WHOLE = '';

export function valuesOf(conflict: Conflict): readonly (Json | undefined)[] {
  return [
    conflict.base?.value,
    ...conflict.candidates.map((candidate) => candidate.value),
    conflict.merged?.value,
  ];
}

export function startDraft(conflict: Conflict): ValueDraft {
  const values = valuesOf(conflict);
  const shape = shapeOf(values);
  const from = conflict.merged?.value ?? conflict.candidates[0]?.value ?? conflict.base?.value ?? null;
  if (shape === 'members') {
    const members = isObject(from) ? from : {};
    const texts = memberNames(values).map((name): [string, string] => [name, asText(members[name] ?? null)]);
    return { shape, blank: false, texts: Object.fromEntries(texts) };
  }
  return { shape, blank: false, texts: { [WHOLE]: shape === 'set' ? asSet(from).join('\n') : asText(from) } };
}

export function wholeText(draft: ValueDraft): string {
  return draft.texts[WHOLE] ?? '';
}

export function withText(draft: ValueDraft, text: string, member = WHOLE): ValueDraft {
  return { ...draft, texts: { ...draft.texts, [member]: text } };
}

/** The value that the draft stands for. Numbers and booleans stay what the other candidates are. Throws SyntaxError on bad JSON. */
export function draftValue(draft: ValueDraft, conflict: Conflict): Json {
  if (draft.blank) return null;
  switch (draft.shape) {
    case 'set':
      return [
        ...new Set(
          wholeText(draft)
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        ),
      ].sort();
    case 'json':
      return JSON.parse(wholeText(draft)) as Json;
    case 'members':
      return Object.fromEntries(
        Object.entries(draft.texts).map(([name, text]) => [name, typed(text, memberValues(conflict, name))]),
      );
    case 'text':
      return typed(wholeText(draft), valuesOf(conflict));
  }
}

function memberValues(conflict: Conflict, name: string): readonly (Json | undefined)[] {
  return valuesOf(conflict).map((value) => (isObject(value) ? value[name] : undefined));
}

function typed(text: string, like: readonly (Json | undefined)[]): Json {
  if (text === '' && !like.includes('')) return null;
  const present = like.filter((value) => value !== undefined && value !== null);
  if (
    present.length > 0 &&
    present.every((value) => typeof value === 'number') &&
    Number.isFinite(Number(text))
  )
    return Number(text);
  if (
    present.length > 0 &&
    present.every((value) => typeof value === 'boolean') &&
    /^(true|false)$/.test(text)
  )
    return text === 'true';
  return text;
}
