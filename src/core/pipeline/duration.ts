const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The form of a duration in a file: `250ms`, `5s`, `10m`, `2h`, `1d`. */
export const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;

/** The form of a rate: so many per time, `500/s` or `80/10s`. */
export const RATE = /^([1-9]\d{0,8})\/(\d{1,6})?(ms|s|m|h|d)$/;

/** A duration in milliseconds. The loader has checked the form. */
export function durationMs(text: string): number {
  const match = DURATION.exec(text);
  if (match === null) throw new RangeError(`not a duration: ${text}`);
  return Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
}

export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

export function parseRate(text: string): Rate {
  const match = RATE.exec(text);
  if (match === null) throw new RangeError(`not a rate: ${text}`);
  return {
    count: Number(match[1]),
    perMs: Math.max(1, Number(match[2] ?? '1') * (UNIT_MS[match[3] ?? ''] ?? 0)),
  };
}
