/** A piece of text, and what to show where the eye would be deceived. */
export interface Piece {
  readonly text: string;
  /** Shown in place of `text`, which would be invisible. */
  readonly shown?: string;
  /** What it is, in words. */
  readonly name?: string;
}

const names: Readonly<Record<number, string>> = {
  0x00a0: 'no-break space',
  0x00ad: 'soft hyphen',
  0x200b: 'zero-width space',
  0x200c: 'zero-width non-joiner',
  0x200d: 'zero-width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x2007: 'figure space',
  0x2009: 'thin space',
  0x202f: 'narrow no-break space',
  0x2060: 'word joiner',
  0x3000: 'ideographic space',
  0xfeff: 'byte order mark',
  0x0009: 'tab',
  0x000d: 'carriage return',
};

const unusual =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u00a0\u00ad\u061c\u115f\u1160\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/u;
const spaces = / {2,}/u;

const word = /[\p{L}\p{M}]+/gu;
const scripts = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
] as const;

export interface Place {
  /** The text begins, or ends, the value: spaces there would not be seen. */
  readonly first?: boolean;
  readonly last?: boolean;
  /** The text was added or removed. */
  readonly changed?: boolean;
  /** Spaces and line ends are layout that we made, as in indented JSON. */
  readonly layout?: boolean;
}

/** Splits text so that spaces at the ends, unusual spaces, control and direction characters and look-alike letters can be seen. */
export function visiblePieces(
  text: string,
  { first = true, last = true, layout = false, changed = false }: Place = {},
): Piece[] {
  const patterns = layout
    ? [unusual]
    : [unusual, spaces, ...(first ? [/^[ \n]+/u] : []), ...(last ? [/[ \n]+$/u] : [])];
  // A change that consists of spaces alone is seen nowhere else.
  if (changed) patterns.push(/^ +$/u);
  const invisible = new RegExp(patterns.map((pattern) => pattern.source).join('|'), 'gu');
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(invisible)) {
    pieces.push(...lettered(text.slice(from, match.index)), ...hidden(match[0]));
    from = match.index + match[0].length;
  }
  pieces.push(...lettered(text.slice(from)));
  return pieces;
}

function hidden(text: string): Piece[] {
  if (/^[ \n]+$/.test(text)) {
    const shown = text.replaceAll(' ', '·').replaceAll('\n', '↵\n');
    const what = text.includes('\n')
      ? 'space and line end'
      : text.length === 1
        ? 'space'
        : `${text.length} spaces`;
    return [{ text, shown, name: what }];
  }
  const code = text.codePointAt(0) ?? 0;
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (code === 0x09) return [{ text, shown: '⇥\t', name: 'tab' }];
  return [{ text, shown: code === 0xa0 ? '⍽' : hex, name: names[code] ?? `character ${hex}` }];
}

/** Marks the letters of a word that come from another script than most of it: a Cyrillic а in a Latin name. */
function lettered(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(word)) {
    const strange = strangers(match[0]);
    if (strange === null) continue;
    pieces.push({ text: text.slice(from, match.index) });
    for (const letter of match[0]) {
      const script = strange.get(letter);
      pieces.push(
        script === undefined ? { text: letter } : { text: letter, shown: letter, name: `${script} letter` },
      );
    }
    from = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(from) });
  return pieces.filter((piece) => piece.text !== '');
}

function strangers(text: string): Map<string, string> | null {
  const found = new Map<string, string[]>();
  for (const letter of text) {
    const script = scripts.find(([, pattern]) => pattern.test(letter));
    if (script) found.set(script[0], [...(found.get(script[0]) ?? []), letter]);
  }
  if (found.size < 2) return null;
  const main = [...found].reduce((most, next) => (next[1].length > most[1].length ? next : most))[0];
  return new Map(
    [...found]
      .filter(([script]) => script !== main)
      .flatMap(([script, letters]) => letters.map((l) => [l, script])),
  );
}

/** True when two texts look alike only because one composes its letters in another way. */
export function differOnlyInComposition(texts: readonly unknown[]): boolean {
  const strings = texts.filter((text): text is string => typeof text === 'string');
  return (
    new Set(strings).size > 1 &&
    new Set(strings.map((text) => text.normalize('NFC'))).size < new Set(strings).size
  );
}
