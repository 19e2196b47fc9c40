import type { Raw } from '../core/value.js';
import type { NewLink } from './new-links.js';

/** The other side's key is one of the mapped fields: the record's id there follows from what is written. */
export function withMappedId(key: readonly string[], link: NewLink): NewLink {
  if (link.create?.item.op !== 'create') return link;
  const { set } = link.create.item;
  const parts = key.map((name) => textOf(set[name]));
  const id = parts.length === 1 ? (parts[0] as string) : JSON.stringify(parts);
  const { side } = link.create;
  return { ...link, ids: { ...link.ids, [side]: id }, create: { side, item: { ...link.create.item, id } } };
}

function textOf(raw: Raw | undefined): string {
  return typeof raw === 'string' ? raw : JSON.stringify(raw ?? '');
}
