import { describe, expect, it } from '@jest/globals';
import { deckOf, deckWith, type Deck } from '../../web/src/conflicts/deck.js';

const serials = ({ open, ahead, left }: Deck) => ({
  open: `${open.id} ${String(open.serial)}`,
  ahead: ahead.map(({ id, serial }) => `${id} ${String(serial)}`),
  left: left.map(({ id, serial }) => `${id} ${String(serial)}`),
});

describe('the deck of cards', () => {
  it('opens the very card that was drawn ahead, and keeps the one that was left out of reach', () => {
    const drawn = deckWith(deckOf('one'), { ahead: ['two', 'one', 'three'] });
    expect(serials(drawn)).toEqual({ open: 'one 0', ahead: ['two 1', 'three 2'], left: [] });
    const opened = deckWith(drawn, { open: 'two' });
    expect(serials(opened)).toEqual({ open: 'two 1', ahead: ['three 2'], left: ['one 0'] });
    expect(deckWith(opened, { open: 'two' })).toBe(opened);
  });

  it('draws a card anew that was left, also where it comes back at once', () => {
    const left = deckWith(deckOf('one'), { open: 'two' });
    expect(serials(deckWith(left, { open: 'one' })).open).toBe('one 2');
    expect(serials(deckWith(left, { ahead: ['one'] }))).toEqual({
      open: 'two 1',
      ahead: ['one 2'],
      left: [],
    });
  });

  it('keeps what was drawn and is still near, and no other', () => {
    const drawn = deckWith(deckOf('one'), { ahead: ['two', 'three'] });
    expect(serials(deckWith(drawn, { ahead: ['three', 'four'] })).ahead).toEqual(['three 2', 'four 3']);
  });
});
