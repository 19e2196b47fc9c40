/** How values are asked for that are personal data: to be shown, which is noted, or covered. */
export type Reveal = 'personal' | null;

const asked = new Set<string>();

/** Records, items and lists whose personal data was asked for in this tab: it is asked for with them until the page is loaded anew. */
export const revealOf = (id: string): Reveal => (asked.has(id) ? 'personal' : null);

/** What stands in for the id of a list of a pipeline, which is asked for as a whole. */
export const listId = (pipeline: string, list: 'load' | 'dead-letters'): string => `${list} of ${pipeline}`;

export function askToReveal(ids: readonly string[]): void {
  for (const id of ids) asked.add(id);
}

export function coverAgain(ids: readonly string[]): void {
  for (const id of ids) asked.delete(id);
}

/** What the service answers in place of a value that is personal data. */
export function isCovered(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'redacted' in value &&
    value.redacted === true &&
    'reason' in value &&
    value.reason === 'personal'
  );
}
