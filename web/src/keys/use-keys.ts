import { useEffect, useLayoutEffect, useRef } from 'react';
import { chordsOf } from './chord';
import { commands, type KeyHandlers } from './commands';
import type { KeyAction } from './key-map';
import { keyStore } from './key-store';

const PAIR_MS = 900;

/** What this screen does, by action: a key, the palette, and the help know it as long as the screen is shown. */
export function useKeys(handlers: KeyHandlers): void {
  const latest = useRef(handlers);
  // Before the next key is read: whoever types fast must not meet the handlers of the screen before.
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  useLayoutEffect(() => commands.add(latest), []);
}

/**
 * Listens to the keyboard, once for the whole page: runs what a key stands for wherever the focus is, unless people type or
 * compose text, hold the key down, or have switched single keys off.
 */
export function useKeyboard(): void {
  useEffect(() => {
    let first: { readonly chord: string; readonly at: number } | null = null;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || event.isComposing) return;
      const chords = chordsOf(event);
      if (isForTyping(event.target) && chords[0]?.startsWith('Mod+') !== true) return;
      if (isInDialog(event.target)) return;
      const table = keyStore.read();
      const pending = first;
      first = null;
      const isPair = pending !== null && event.timeStamp - pending.at < PAIR_MS;
      const meant = [...(isPair ? chords.map((chord) => `${pending.chord} ${chord}`) : []), ...chords];
      const handler = meant
        .map((keys) => handlerFor(table.actionFor(keys)))
        .find((found) => found !== undefined);
      if (handler) {
        event.preventDefault();
        handler();
      } else {
        const chord = chords.find((one) => table.isFirstOfTwo(one));
        if (chord !== undefined) first = { chord, at: event.timeStamp };
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function handlerFor(action: KeyAction | null): (() => void) | undefined {
  return action === null ? undefined : commands.handlerOf(action);
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"]') !== null;
}

function isForTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="listbox"], [role="menu"]') !== null) return true;
  return target.isContentEditable || target.closest('input, textarea, select') !== null;
}
