import { ConnectorError } from '../errors.js';

/** @throws ConnectorError `field-unknown` */
export function namedColumns<Column>(
  table: { readonly object: string; readonly columns: ReadonlyMap<string, Column> },
  names: readonly string[],
): Column[] {
  return names.map((name) => {
    const column = table.columns.get(name);
    if (column === undefined)
      throw new ConnectorError('field-unknown', `${table.object} has no column "${name}"`);
    return column;
  });
}
