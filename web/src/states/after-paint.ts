/** The main thread is done with a frame when it hands it over; drawing it takes the processors this long, where no graphics card does it. */
const DRAWN_MS = 24;
/** Frames are not made for a tab in the background: then it is done this soon. */
const AT_LATEST_MS = 120;

/** Runs once the frame that is under way is on the screen: what is not seen must not keep it waiting. @returns calls it off */
export function afterPaint(run: () => void): () => void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => {
    soon = setTimeout(once, DRAWN_MS);
  });
  const late = setTimeout(once, AT_LATEST_MS);
  const stop = () => {
    cancelAnimationFrame(frame);
    clearTimeout(soon);
    clearTimeout(late);
  };
  function once() {
    stop();
    run();
  }
  return stop;
}
