import type { Side } from '../api/types';

/** A side has a letter, a name and a colour, never the colour alone. */
export function SideBadge({ side }: { readonly side: Side }) {
  return (
    <span className={`side-badge side-${side}`} aria-hidden>
      {side}
    </span>
  );
}
