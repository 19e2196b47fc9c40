import type { KeyboardEvent } from 'react';
import { keyLabel } from '../keys/chord';
import { neverKeys } from '../keys/key-map';
import { useAnnounce } from '../states/announcer';
import { strings } from '../strings';

type Refuse = (event: KeyboardEvent) => void;

/**
 * For buttons that decide: Enter and Space do nothing on them and say which key does. Where single keys are off (`undefined`) they are the
 * only keys left, and work as on any button.
 */
export function useNeverKeys(): (key: string | undefined) => { onKeyDown: Refuse; onKeyUp: Refuse } {
  const announce = useAnnounce();
  return (key) => {
    const refuse: Refuse = (event) => {
      if (key === undefined || !neverKeys.has(event.key)) return;
      event.preventDefault();
      if (event.type === 'keydown') announce(strings.card.keyOnly(keyLabel(key)));
    };
    return { onKeyDown: refuse, onKeyUp: refuse };
  };
}
