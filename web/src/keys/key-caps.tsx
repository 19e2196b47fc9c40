import { Kbd, type KbdProps } from '@mantine/core';
import { chordLabel } from './chord';
import type { KeyAction } from './key-map';
import { useKeyTable } from './key-store';

export interface KeyCapsProps extends Omit<KbdProps, 'children'> {
  /** A chord, or two that are pressed one after the other. */
  readonly keys: string;
}

export function KeyCaps({ keys, ...caps }: KeyCapsProps) {
  return (
    <span className="key-caps">
      {keys.split(' ').map((chord, i) => (
        <Kbd key={i} {...caps}>
          {chordLabel(chord)}
        </Kbd>
      ))}
    </span>
  );
}

/** The key of an action, as it is for whoever looks; nothing where it has none, or single keys are off. */
export function KeyOf({ action, ...caps }: { readonly action: KeyAction } & Omit<KbdProps, 'children'>) {
  const keys = useKeyTable().keyFor(action);
  return keys === undefined ? null : <KeyCaps keys={keys} {...caps} />;
}
