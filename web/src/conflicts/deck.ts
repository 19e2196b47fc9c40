/** A card that is drawn; one that was left and is drawn again is another. */
export interface Card {
  readonly id: string;
  readonly serial: number;
}

export interface Deck {
  readonly open: Card;
  /** Drawn before they are asked for. */
  readonly ahead: readonly Card[];
  /** The last that was open: taken away when there is time. */
  readonly left: readonly Card[];
  readonly drawn: number;
}

export type DeckChange = { readonly open: string } | { readonly ahead: readonly string[] };

export function deckOf(id: string): Deck {
  return { open: { id, serial: 0 }, ahead: [], left: [], drawn: 1 };
}

/** The deck after another card was opened, or after others are to be drawn ahead; the same where nothing changes. */
export function deckWith(deck: Deck, change: DeckChange): Deck {
  if ('open' in change) {
    const { open: id } = change;
    if (id === deck.open.id) return deck;
    const ready = deck.ahead.find((card) => card.id === id);
    return {
      open: ready ?? { id, serial: deck.drawn },
      ahead: deck.ahead.filter((card) => card !== ready),
      left: [deck.open],
      drawn: deck.drawn + (ready === undefined ? 1 : 0),
    };
  }
  const others = change.ahead.filter((id) => id !== deck.open.id);
  let { drawn } = deck;
  const ahead = others.map((id) => deck.ahead.find((card) => card.id === id) ?? { id, serial: drawn++ });
  return { ...deck, ahead, left: [], drawn };
}
