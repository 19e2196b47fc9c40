const colors: Readonly<Record<string, string>> = {
  'in-sync': 'teal',
  conflict: 'orange',
  held: 'ink',
  blocked: 'red',
  'in-flight': 'ink',
};

/** Of a record or a field. The colour never stands alone: the state's name is beside it. */
export function recordColor(state: string): string {
  return colors[state] ?? 'gray';
}
