import { useEffect, useEffectEvent, useRef } from 'react';
import { useKeysEnabled } from './keys-enabled';
import { actionFor, isFirstOfTwo, type KeyAction } from './key-map';

export type KeyHandlers = Partial<Readonly<Record<KeyAction, () => void>>>;

const PAIR_MS = 900;

/**
 * Runs a handler for its key, wherever the focus is, unless people type or compose text, hold the key down, use a modifier,
 * or have switched single keys off.
 */
export function useKeys(handlers: KeyHandlers): void {
  const [enabled] = useKeysEnabled();
  const first = useRef<{ readonly key: string; readonly at: number } | null>(null);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!enabled || isForTyping(event)) return;
    const pending = first.current;
    first.current = null;
    const isPair = pending !== null && event.timeStamp - pending.at < PAIR_MS;
    const action = (isPair ? actionFor(`${pending.key} ${event.key}`) : null) ?? actionFor(event.key);
    const handler = action === null ? undefined : handlers[action];
    if (handler) {
      event.preventDefault();
      handler();
    } else if (isFirstOfTwo(event.key)) {
      first.current = { key: event.key, at: event.timeStamp };
    }
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function isForTyping(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.repeat || event.isComposing) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="listbox"], [role="menu"]') !== null) return true;
  return target.isContentEditable || target.closest('input, textarea, select') !== null;
}
