/** What is counted, per pipeline, in the transaction that causes it (`sql/lane/counters`). */
export type CounterName = 'changes' | 'writes' | 'conflicts_opened' | 'conflicts_closed';

/**
 * The labels in a row of `counter`: a side alone (`A`), or `name=value` pairs with commas between (`result=missed,side=A`).
 * Of bounded size; they never name a record.
 */
export function parseLabels(text: string): Record<string, string> {
  if (text === 'A' || text === 'B') return { side: text };
  return Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
