import { strings } from '../strings';
import { defaultKeys, neverKeys, type KeyAction, type KeyBinding } from './key-map';

/** What somebody changed: the keys of an action in place of those that it comes with; none for an action without a key. */
export type OwnKeys = Partial<Readonly<Record<KeyAction, readonly string[]>>>;

/** The keys that hold for one person. */
export class KeyTable {
  readonly bindings: readonly (KeyBinding & { readonly own: boolean })[];
  readonly #actions = new Map<string, KeyAction>();
  readonly #first = new Set<string>();

  constructor(
    /** Keys without Ctrl or ⌘ work. */
    readonly single: boolean,
    readonly own: OwnKeys,
  ) {
    this.bindings = defaultKeys.map((binding) => {
      const keys = own[binding.action];
      return keys === undefined ? { ...binding, own: false } : { ...binding, keys, own: true };
    });
    for (const { action, keys } of this.bindings) {
      for (const key of keys) {
        if (neverKeys.has(key)) continue;
        this.#actions.set(key, action);
        const [first, second] = key.split(' ');
        if (first !== undefined && second !== undefined) this.#first.add(first);
      }
    }
  }

  /** @param keys a chord, or two with a space between them */
  actionFor(keys: string): KeyAction | null {
    if (!this.single && !keys.startsWith('Mod+')) return null;
    return this.#actions.get(keys) ?? null;
  }

  isFirstOfTwo(chord: string): boolean {
    return this.single && this.#first.has(chord);
  }

  /** The key to show beside a button; none where it would not work. */
  keyFor(action: KeyAction): string | undefined {
    const key = this.bindings.find((binding) => binding.action === action)?.keys[0];
    return key !== undefined && (this.single || key.startsWith('Mod+')) ? key : undefined;
  }

  /** Why these keys cannot be given to an action, and whose they are. */
  faultOf(keys: string, action: KeyAction): { readonly why: string; readonly taken?: KeyAction } | null {
    const words = strings.keys.faults;
    const chords = keys.split(' ');
    if (chords.some((chord) => neverKeys.has(chord) || chord === '')) return { why: words.never };
    if (chords.some((chord) => /^(Shift\+)?(Tab|Escape|F\d+)$/.test(chord))) return { why: words.reserved };
    if (chords.some((chord) => chord.startsWith('Mod+')) && keys !== 'Mod+k') return { why: words.letter };
    const owner = this.#actions.get(keys);
    if (owner !== undefined && owner !== action)
      return { why: words.taken(strings.keys.actions[owner]), taken: owner };
    const [first, second] = chords;
    for (const { action: other, keys: theirs } of this.bindings) {
      if (other === action) continue;
      const begins =
        second === undefined
          ? theirs.some((key) => key.startsWith(`${keys} `))
          : theirs.includes(first ?? '');
      if (begins) return { why: words.pair(strings.keys.actions[other]) };
    }
    return null;
  }
}
