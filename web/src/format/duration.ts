const units: readonly (readonly [seconds: number, suffix: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** The two largest parts of a duration: `3 h 10 min`, `8 s`, `< 1 s`. */
export function duration(seconds: number): string {
  if (seconds < 1) return '< 1 s';
  const first = units.findIndex(([size]) => seconds >= size);
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [size, suffix] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${suffix}`);
    rest -= count * size;
  }
  return parts.join(' ');
}
