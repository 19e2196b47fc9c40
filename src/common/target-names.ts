import type { Target } from './target-answer.js';

const LINKED = /“(rec_[1-9]\d*)”|\b(rec_[1-9]\d*)\b/g;

/** The linked records that these texts name by their ids, as sentences about references do. */
export function mentionedIn(texts: readonly string[]): readonly string[] {
  return [
    ...new Set(
      texts.flatMap((text) => [...text.matchAll(LINKED)].map(([, quoted, bare]) => quoted ?? bare ?? '')),
    ),
  ];
}

/** The text as a person reads it: `“Brightwater Ltd” (rec_42)`, as a quoted value by its name alone. Who is no target stays what it is. */
export function withTargetNames(text: string, targets: readonly Pick<Target, 'id' | 'title'>[]): string {
  return text.replace(LINKED, (all, quoted?: string, bare?: string) => {
    const target = targets.find(({ id }) => id === (quoted ?? bare));
    if (target === undefined) return all;
    return quoted === undefined ? `“${target.title}” (${target.id})` : `“${target.title}”`;
  });
}
