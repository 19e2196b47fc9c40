/**
 * Runs in the page, before its own program: takes the time from a key (`timeStamp` of its event) to the frame in which the screen first
 * differs, and to that in which another card is there; and from the beginning of the loading to the first row and the first card. What is
 * seen is taken after the frame was made: up to 16 ms of each figure is the wait for it.
 */
export const keyWatch = `(() => {
  const times = { effects: [], cards: [] };
  const drawn = {};
  let key = null;
  // Cards that are drawn in advance are in the page, and not displayed.
  const isAhead = (card) => card.style.display === 'none';
  const card = () => {
    const shown = [...document.querySelectorAll('.card')].find((one) => !isAhead(one));
    return shown?.querySelector('.values, .match') ? shown.querySelector('.card-heading').textContent : null;
  };
  const isUnseen = ({ target }) => {
    const card = (target.closest ? target : target.parentElement)?.closest('.card');
    return card !== null && card !== undefined && isAhead(card);
  };
  const afterFrame = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now());
    channel.port2.postMessage(null);
  });
  addEventListener('keydown', (event) => {
    if (event.repeat || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
    key = { at: event.timeStamp, card: card(), seen: false, changed: false };
  }, { capture: true });
  const look = (changes) => {
    if (changes.every(isUnseen)) return;
    for (const [name, what] of [['row', '[role=gridcell]'], ['card', '.card .value-row']]) {
      if (drawn[name] === undefined && document.querySelector(what) !== null) {
        drawn[name] = Infinity;
        afterFrame((now) => { drawn[name] = now; });
      }
    }
    if (key === null) return;
    const mine = key;
    if (!mine.seen) {
      mine.seen = true;
      afterFrame((now) => times.effects.push(now - mine.at));
    }
    const shown = card();
    if (!mine.changed && mine.card !== null && shown !== null && shown !== mine.card) {
      mine.changed = true;
      afterFrame((now) => times.cards.push(now - mine.at));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
  const until = (test) => new Promise((resolve, reject) => {
    const began = performance.now();
    const again = () => {
      if (test()) resolve();
      else if (performance.now() - began > 20000) reject(new Error('nothing has changed for 20 s'));
      else setTimeout(again, 4);
    };
    again();
  });
  window.accordBench = {
    card,
    whenDrawn: (name) => until(() => Number.isFinite(drawn[name])).then(() => drawn[name]),
    whenCard: (before) => until(() => ![null, before].includes(card())),
    take: () => ({ effects: times.effects.splice(0), cards: times.cards.splice(0) }),
  };
})()`;
