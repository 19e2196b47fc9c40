const DEFAULT_MS = 8_000;
const LONGEST_MS = 24 * 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How long a decision can be taken back without a trace on the sides: what the pipeline says (`8s`), else 8 seconds; a day at most. */
export function undoWindowMs(text: string | null): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text ?? '');
  const unit = UNIT_MS[match?.[2] ?? ''];
  return unit === undefined ? DEFAULT_MS : Math.min(Number(match?.[1]) * unit, LONGEST_MS);
}
