import { useQueryClient } from '@tanstack/react-query';
import { Activity, startTransition, useEffect, useReducer } from 'react';
import { keys, prefetchConflicts } from '../api/queries';
import { afterPaint } from '../states/after-paint';
import { deckWith, deckOf, type Card } from './deck';
import { OpenConflict, type OpenConflictProps } from './open-conflict';
import { useReview } from './review-session';

export interface ConflictDeckProps extends Omit<OpenConflictProps, 'mark'> {
  /** What a key may show next, the likeliest first. */
  readonly near: readonly string[];
}

/**
 * The card that is open and, drawn while nothing else is to be done, those that a key may show next. What is not open takes no key, fetches
 * nothing and is nowhere but in memory; a card that was left is drawn anew.
 */
export function ConflictDeck({ id, near, ...card }: ConflictDeckProps) {
  const client = useQueryClient();
  const marks = useReview((review) => review.marks);
  const turns = useReview((review) => review.turns);
  const [before, change] = useReducer(deckWith, id, deckOf);
  const deck = deckWith(before, { open: id });
  if (deck !== before) change({ open: id });

  const wanted = near.join(' ');
  useEffect(() => {
    let left = false;
    const cancel = afterPaint(() => {
      const ids = wanted.split(' ').filter((one) => one !== '');
      void prefetchConflicts(client, ids).then(() => {
        if (left) return;
        const fetched = ids.filter((one) => client.getQueryData(keys.conflict(one)) !== undefined);
        // A key that comes meanwhile is answered first.
        startTransition(() => change({ ahead: fetched }));
      });
    });
    return () => {
      left = true;
      cancel();
    };
  }, [client, id, wanted]);

  const drawn = (of: Card) => (
    <Activity
      key={`${String(of.serial)} ${String(turns.get(of.id) ?? 0)}`}
      mode={of.id === id && of.serial === deck.open.serial ? 'visible' : 'hidden'}
    >
      {/* What became of a card that was left is not drawn into it: it is never seen again. */}
      <OpenConflict id={of.id} mark={deck.left.includes(of) ? undefined : marks.get(of.id)} {...card} />
    </Activity>
  );
  // In an order that none of them ever leaves: none is moved in the page.
  return [deck.open, ...deck.ahead, ...deck.left].sort((x, y) => x.serial - y.serial).map(drawn);
}
