const FIRST_MS = 10_000;
const LONGEST_MS = 60 * 60_000;
const SHORTEST_MS = 1_000;

/**
 * How long to wait after the nth try: anything between a second and a limit that doubles, up to an hour (full jitter), so
 * that mails that failed together do not come back together.
 *
 * @param attempt from 1
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, random: number): number {
  const limit = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 20));
  return Math.max(SHORTEST_MS, Math.round(random * limit));
}
