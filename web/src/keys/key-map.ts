import type { strings } from '../strings';

export type KeyAction = keyof typeof strings.keys.actions;
export type KeyGroup = keyof typeof strings.keys.groups;

export interface KeyBinding {
  readonly action: KeyAction;
  /** Chords (keys/chord.ts), or two of them pressed one after the other. */
  readonly keys: readonly string[];
  readonly group: KeyGroup;
}

/** The keys as they come. Data: shown by the help and the palette, changed under Settings. */
export const defaultKeys: readonly KeyBinding[] = [
  { action: 'next', keys: ['j', 'ArrowDown'], group: 'move' },
  { action: 'previous', keys: ['k', 'ArrowUp'], group: 'move' },
  { action: 'takeA', keys: ['1'], group: 'decide' },
  { action: 'takeB', keys: ['2'], group: 'decide' },
  { action: 'takeBase', keys: ['3'], group: 'decide' },
  { action: 'takeMerged', keys: ['4'], group: 'decide' },
  { action: 'other', keys: ['e'], group: 'decide' },
  { action: 'allA', keys: ['Shift+1'], group: 'decide' },
  { action: 'allB', keys: ['Shift+2'], group: 'decide' },
  { action: 'allBase', keys: ['Shift+3'], group: 'decide' },
  { action: 'allMerged', keys: ['Shift+4'], group: 'decide' },
  { action: 'undo', keys: ['z'], group: 'decide' },
  { action: 'redo', keys: ['Shift+z'], group: 'decide' },
  { action: 'assign', keys: ['a'], group: 'work' },
  { action: 'claim', keys: ['c'], group: 'work' },
  { action: 'snooze', keys: ['s'], group: 'work' },
  { action: 'ask', keys: ['f'], group: 'work' },
  { action: 'note', keys: ['n'], group: 'work' },
  { action: 'due', keys: ['t'], group: 'work' },
  { action: 'play', keys: ['p'], group: 'work' },
  { action: 'again', keys: ['r'], group: 'look' },
  { action: 'diff', keys: ['d'], group: 'look' },
  { action: 'reveal', keys: ['i'], group: 'look' },
  { action: 'history', keys: ['h'], group: 'look' },
  { action: 'why', keys: ['w'], group: 'look' },
  { action: 'openA', keys: ['['], group: 'look' },
  { action: 'openB', keys: [']'], group: 'look' },
  { action: 'search', keys: ['/'], group: 'look' },
  { action: 'palette', keys: ['Mod+k'], group: 'look' },
  { action: 'help', keys: ['?'], group: 'look' },
  { action: 'goOverview', keys: ['g o'], group: 'go' },
  { action: 'goConflicts', keys: ['g q', 'g c'], group: 'go' },
  { action: 'goRecords', keys: ['g r'], group: 'go' },
  { action: 'goPipelines', keys: ['g p'], group: 'go' },
  { action: 'goDeadLetters', keys: ['g d'], group: 'go' },
  { action: 'goActivity', keys: ['g l'], group: 'go' },
  { action: 'goSettings', keys: ['g s'], group: 'go' },
];

/** Never bound to anything, whatever the map says: a stray press of these must not change data. */
export const neverKeys: ReadonlySet<string> = new Set(['Enter', ' ', 'Backspace', 'Delete']);

/** What decides a conflict: the palette shows these and does not run them, because it is answered by Enter. */
export function decides(action: KeyAction): boolean {
  return /^(take|all|other$)/.test(action);
}
