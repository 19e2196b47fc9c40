/** `ACCORD_FUZZ=100 npm run jest -- test/fuzz` tries a hundred times as much as CI does. */
const factor = Number(process.env.ACCORD_FUZZ ?? '1');

/**
 * How much one property is tried: so many runs in CI. A failure prints its seed and path; `ACCORD_FUZZ_SEED` plays a whole run again.
 */
export function runs(inCi: number): { readonly numRuns: number; readonly seed?: number } {
  const seed = process.env.ACCORD_FUZZ_SEED;
  return {
    numRuns: Math.max(1, Math.ceil(inCi * factor)),
    ...(seed !== undefined && { seed: Number(seed) }),
  };
}

/** For Jest: patience in ms for properties that take `seconds` in CI on a machine that does other things as well. */
export function patience(seconds: number): number {
  return Math.ceil(seconds * 10_000 * Math.max(1, factor));
}
