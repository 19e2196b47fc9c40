import { useCallback, useLayoutEffect, useRef } from 'react';

/** The same function at every render, which does what the one of the latest does: for events, never while rendering. */
export function useSteady<Args extends readonly unknown[], Result>(
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  const latest = useRef(run);
  useLayoutEffect(() => {
    latest.current = run;
  });
  return useCallback((...args: Args) => latest.current(...args), []);
}
