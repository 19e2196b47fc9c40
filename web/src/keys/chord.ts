import { strings } from '../strings';

interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const modifiers = new Set(['Control', 'Meta', 'Alt', 'AltGraph', 'Shift', 'CapsLock', 'Dead', 'Process']);

/**
 * What was pressed, as the key map names it: `j`, `?`, `ArrowDown`, `Shift+z`, `Shift+1`, `Mod+k` (Ctrl, or ⌘). The first name is the one
 * to remember it by; the second is what else it can mean: `/`, where that is Shift and 7. None for a modifier alone, and for what
 * belongs to the browser or to typing (Alt).
 *
 * Where letters of another script are typed, the place of the key counts, so that `j` is where it is on other keyboards.
 */
export function chordsOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }: Press): readonly string[] {
  if (altKey || modifiers.has(key)) return [];
  const place = /^(?:Key|Digit)(.)$/.exec(code)?.[1]?.toLowerCase();
  const letter = /^\p{L}$/u.test(key);
  const plain =
    letter && !/^[a-z]$/i.test(key) ? (place ?? key.toLowerCase()) : letter ? key.toLowerCase() : key;
  if (ctrlKey || metaKey) return shiftKey ? [] : [`Mod+${plain}`];
  if (!shiftKey) return [plain];
  if (letter) return [`Shift+${plain}`];
  // Shift and a digit give another sign on every keyboard, unless digits need Shift there.
  if (/^Digit\d$/.test(code) && !/^\d$/.test(key)) return [`Shift+${place ?? ''}`, key];
  return [key.length === 1 ? key : `Shift+${key}`];
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The parts of a chord as they stand on the keys. */
export function chordLabel(chord: string): string {
  const names = strings.keys.names;
  const parts = chord === '+' ? ['+'] : chord.split(/\+(?=.)/);
  return parts
    .map(
      (part) =>
        (part === 'Mod' && isMac ? names.ModMac : names[part]) ??
        (parts.length > 1 ? part.toUpperCase() : part),
    )
    .join(isMac ? ' ' : '+');
}

/** One chord, or two that are pressed one after the other. */
export function keyLabel(keys: string): string {
  return keys.split(' ').map(chordLabel).join(' ');
}

/** As `aria-keyshortcuts` wants it: `Control+k Meta+k`, and nothing for what it cannot say (two after each other). */
export function ariaShortcut(keys: string | undefined): string | undefined {
  if (keys === undefined || keys === '' || keys.includes(' ')) return undefined;
  return keys.startsWith('Mod+') ? `Control+${keys.slice(4)} Meta+${keys.slice(4)}` : keys;
}
