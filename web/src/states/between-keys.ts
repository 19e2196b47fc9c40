/** Whoever has pressed nothing for so long is reading. */
const QUIET_MS = 350;
const AT_LATEST_MS = 2_000;

let pressedAt = Number.NEGATIVE_INFINITY;
for (const name of ['keydown', 'pointerdown'])
  addEventListener(name, () => (pressedAt = performance.now()), { capture: true, passive: true });

/**
 * Runs as soon as the reader has stopped pressing keys, at the latest after two seconds: what was not asked for takes no time of what the
 * next key asks for.
 *
 * @param after ms in which more of the same may come
 * @returns calls it off
 */
export function betweenKeys(run: () => void, after = 0): () => void {
  const latest = performance.now() + AT_LATEST_MS;
  let timer = setTimeout(look, after);
  function look() {
    const wait = Math.min(pressedAt + QUIET_MS, latest) - performance.now();
    if (wait <= 0) run();
    else timer = setTimeout(look, wait);
  }
  return () => clearTimeout(timer);
}
