import type { Column, Table } from './catalog.js';
import { survivesCharset } from './column-type.js';

/** `n`, `k1 …`, `v1 …` of every item, as a table `i` made of one JSON parameter. */
export function itemSource(keys: number, values: number): string {
  const columns = ['n for ordinality'];
  for (let i = 0; i < keys; i++) columns.push(`k${i + 1} longtext path '$[${i}]'`);
  for (let i = 0; i < values; i++) columns.push(`v${i + 1} longtext path '$[${keys + i}]'`);
  return `json_table(?, '$[*]' columns (${columns.join(', ')})) i`;
}

/** `t.k = i.k1 and …`: the key as its index has it, so that one that differs in case is found where the column says it is the same. */
export function keyMatch({ key }: Table, row = 't', item = 'i'): string {
  return key
    .map((column, i) => {
      const value = `${item}.k${i + 1}`;
      return `${row}.${column.quoted} = ${column.type.key?.(value) ?? value}${survivesCharset(column.row, value)}`;
    })
    .join(' and ');
}

export function keyList({ key }: Table, row = 't'): string {
  return key.map((column) => textOf(column, row)).join(', ');
}

export function textOf(column: Column, row: string): string {
  return column.type.text(`${row}.${column.quoted}`);
}
