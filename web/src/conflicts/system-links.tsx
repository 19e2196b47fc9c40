import { Anchor } from '@mantine/core';
import { Fragment } from 'react';
import type { Conflict } from '../api/types';
import { ariaShortcut } from '../keys/chord';
import { useKeyTable } from '../keys/key-store';
import { strings } from '../strings';

const ways = [
  ['A', 'openA'],
  ['B', 'openB'],
] as const;

/** The record as each system shows it, in a tab of its own; nothing where the pipeline's file does not say where that is. */
export function SystemLinks({ conflict }: { readonly conflict: Pick<Conflict, 'links' | 'systems'> }) {
  const table = useKeyTable();
  return ways.map(([side, action]) => {
    const link = conflict.links[side];
    if (link === null) return null;
    return (
      <Fragment key={side}>
        {' · '}
        <Anchor
          href={link}
          target="_blank"
          rel="noreferrer"
          size="sm"
          aria-keyshortcuts={ariaShortcut(table.keyFor(action))}
        >
          {strings.card.openIn(conflict.systems[side])}
        </Anchor>
      </Fragment>
    );
  });
}
