import type { strings } from '../strings';

export type KeyAction = keyof typeof strings.keys.actions;

export interface KeyBinding {
  readonly action: KeyAction;
  /** `event.key`, or two keys pressed one after the other. */
  readonly keys: readonly string[];
  readonly group: keyof typeof strings.keys.groups;
}

/** The default key map. Data, so that it can be shown, tested and later remapped. */
export const keyMap: readonly KeyBinding[] = [
  { action: 'next', keys: ['j', 'ArrowDown'], group: 'move' },
  { action: 'previous', keys: ['k', 'ArrowUp'], group: 'move' },
  { action: 'takeA', keys: ['1'], group: 'decide' },
  { action: 'takeB', keys: ['2'], group: 'decide' },
  { action: 'takeBase', keys: ['3'], group: 'decide' },
  { action: 'takeMerged', keys: ['4'], group: 'decide' },
  { action: 'other', keys: ['e'], group: 'decide' },
  { action: 'undo', keys: ['z'], group: 'decide' },
  { action: 'again', keys: ['r'], group: 'look' },
  { action: 'diff', keys: ['d'], group: 'look' },
  { action: 'search', keys: ['/'], group: 'look' },
  { action: 'help', keys: ['?'], group: 'look' },
  { action: 'goOverview', keys: ['g o'], group: 'go' },
  { action: 'goConflicts', keys: ['g c'], group: 'go' },
  { action: 'goRecords', keys: ['g r'], group: 'go' },
  { action: 'goPipelines', keys: ['g p'], group: 'go' },
  { action: 'goSettings', keys: ['g s'], group: 'go' },
];

/** Never bound to anything, whatever the map says: a stray press of these must not change data. */
export const neverKeys: ReadonlySet<string> = new Set(['Enter', ' ', 'Backspace', 'Delete']);

const firstKeys = new Set(
  keyMap.flatMap((binding) => binding.keys.filter((key) => key.includes(' ')).map((key) => key[0])),
);

export function isFirstOfTwo(key: string): boolean {
  return firstKeys.has(key);
}

export function actionFor(keys: string): KeyAction | null {
  if (neverKeys.has(keys)) return null;
  return keyMap.find((binding) => binding.keys.includes(keys))?.action ?? null;
}

export function keyFor(action: KeyAction): string {
  return keyMap.find((binding) => binding.action === action)?.keys[0] ?? '';
}

const arrows: Readonly<Record<string, string>> = { ArrowDown: '↓', ArrowUp: '↑' };

export function keyLabel(key: string): string {
  return arrows[key] ?? key;
}
