import { useSyncExternalStore } from 'react';
import { strings } from '../strings';
import { defaultKeys, type KeyAction } from './key-map';
import { KeyTable, type OwnKeys } from './key-table';

interface Stored {
  readonly single: boolean;
  readonly keys: OwnKeys;
}

const actions: ReadonlySet<string> = new Set(defaultKeys.map(({ action }) => action));

/** The keys of whoever is signed in, kept in this browser under their id, and the same in all of its tabs. */
export class KeyStore {
  #person = '';
  #table = new KeyTable(true, {});
  readonly #listeners = new Set<() => void>();

  constructor() {
    window.addEventListener('storage', ({ key }) => {
      if (key === this.#place || key === null) this.#load();
    });
  }

  open(person: string): void {
    if (person === this.#person) return;
    this.#person = person;
    this.#load();
  }

  readonly read = (): KeyTable => this.#table;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  setSingle(single: boolean): void {
    this.#keep({ single, keys: this.#table.own });
  }

  /** Gives an action these keys alone; whoever had them keeps what else they have. */
  bind(action: KeyAction, keys: string): void {
    const own = { ...this.#table.own, [action]: [keys] };
    for (const other of this.#table.bindings) {
      if (other.action !== action && other.keys.includes(keys))
        own[other.action] = other.keys.filter((key) => key !== keys);
    }
    this.#keep({ single: this.#table.single, keys: own });
  }

  /** As it comes; of one action, or of all. An action that has its key meanwhile loses it. */
  reset(action?: KeyAction): void {
    if (action === undefined) {
      this.#keep({ single: this.#table.single, keys: {} });
      return;
    }
    const usual = defaultKeys.find((binding) => binding.action === action)?.keys ?? [];
    const own = Object.fromEntries(
      Object.entries(this.#table.own).filter(([name]) => name !== action),
    ) as Record<KeyAction, readonly string[]>;
    for (const other of this.#table.bindings) {
      if (other.action !== action && other.keys.some((key) => usual.includes(key)))
        own[other.action] = other.keys.filter((key) => !usual.includes(key));
    }
    this.#keep({ single: this.#table.single, keys: own });
  }

  export(): string {
    return `${JSON.stringify({ accordKeys: 1, single: this.#table.single, keys: this.#table.own }, null, 2)}\n`;
  }

  /**
   * @returns how many actions have other keys than they come with
   * @throws Error in words for people, and nothing is changed
   */
  import(text: string): number {
    const stored = parse(text, true);
    const table = new KeyTable(stored.single, stored.keys);
    for (const { action, keys, own } of table.bindings) {
      if (!own) continue;
      for (const key of keys) {
        const fault = table.faultOf(key, action);
        if (fault !== null) throw new Error(`${strings.keys.actions[action]}: ${fault.why}`);
      }
    }
    this.#keep(stored);
    return Object.keys(stored.keys).length;
  }

  get #place(): string {
    return `accord-keys ${this.#person}`;
  }

  #load(): void {
    let stored: Stored = { single: true, keys: {} };
    try {
      const text = localStorage.getItem(this.#place);
      if (text !== null) stored = parse(text, false);
    } catch {
      // Storage may be closed, or hold what another version wrote: the keys are as they come.
    }
    this.#show(stored);
  }

  #keep(stored: Stored): void {
    try {
      localStorage.setItem(this.#place, JSON.stringify({ accordKeys: 1, ...stored }));
    } catch {
      // Then for this tab alone.
    }
    this.#show(stored);
  }

  #show({ single, keys }: Stored): void {
    this.#table = new KeyTable(single, keys);
    for (const listener of this.#listeners) listener();
  }
}

function parse(text: string, strict: boolean): Stored {
  const words = strings.keys.faults;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Error(words.file);
  }
  if (typeof read !== 'object' || read === null || !('accordKeys' in read)) throw new Error(words.file);
  const { single = true, keys = {} } = read as { readonly single?: unknown; readonly keys?: unknown };
  if (typeof single !== 'boolean' || typeof keys !== 'object' || keys === null) throw new Error(words.file);
  const own: Record<string, readonly string[]> = {};
  for (const [action, list] of Object.entries(keys)) {
    if (!Array.isArray(list) || !list.every((key) => typeof key === 'string')) throw new Error(words.file);
    if (actions.has(action)) own[action] = list;
    else if (strict) throw new Error(words.unknownAction(action));
  }
  return { single, keys: own };
}

export const keyStore = new KeyStore();

export function useKeyTable(): KeyTable {
  return useSyncExternalStore(keyStore.subscribe, keyStore.read);
}
