import type { Author } from '../../core/unit.js';
import type { Raw } from '../../core/value.js';
import { roleAuthor, settingAuthor } from '../author.js';
import type { LogEntry } from '../connector.js';
import type { Column, Table } from './catalog.js';
import type { Row } from './pools.js';
import { idOf, shown } from './record-id.js';

export interface EntryScope {
  readonly table: Table;
  readonly columns: ReadonlyMap<string, Column>;
  /** How this consumer's own writes are marked. */
  readonly own: string;
}

export const entryList = `cast(seq as char), op, tx, id, old_id, was, stands, actor, account, writer, batch, cast(own as char), cast(at as char)`;

const ops: Readonly<Record<string, LogEntry['op']>> = { I: 'insert', U: 'update', D: 'delete', K: 'rekey' };

export interface Entries {
  readonly entries: readonly LogEntry[];
  /** Why a change could not be logged. */
  readonly unread: string | null;
  /** Records may have gone by these: a deletion, or a write of ours, which leaves no entry of its own. */
  readonly removes: boolean;
}

export function toEntries(rows: readonly Row[], scope: EntryScope): Entries {
  const entries: LogEntry[] = [];
  let unread: string | null = null;
  let removes = false;
  for (const [seq, code, tx, id, oldId, was, stands, actor, account, writer, batch, own, at] of rows) {
    if (code === 'S') unread ??= stands ?? '';
    removes ||= code === 'D' || code === 'W';
    const op = ops[code ?? ''];
    if (op === undefined || typeof id !== 'string' || (own === '1' && writer === scope.own)) continue;
    const before = op === 'insert' ? null : members(was ?? null, scope);
    const after = op === 'delete' ? null : members(stands ?? null, scope);
    if (op === 'update' && after !== null && Object.keys(after).length === 0) continue;
    entries.push({
      position: Number(seq),
      tx: tx ?? '',
      op,
      id: idText(id, scope.table),
      oldId: typeof oldId === 'string' ? idText(oldId, scope.table) : null,
      before,
      after,
      batchId: writer === scope.own ? (batch ?? null) : null,
      by: author(actor ?? null, account ?? null),
      at: instant(at ?? ''),
    });
  }
  return { entries, unread, removes };
}

function idText(json: string, { key }: Table): string {
  return idOf(key, JSON.parse(json) as string[]);
}

/** Other consumers may have more columns logged than this one asked for. */
function members(text: string | null, { columns }: EntryScope): Record<string, Raw> {
  const all = JSON.parse(`{${(text ?? '').slice(1)}}`) as Record<string, string | null>;
  const found: Record<string, Raw> = {};
  for (const name in all) {
    const column = columns.get(name);
    if (column !== undefined) found[name] = shown(all[name] ?? null, column);
  }
  return found;
}

function author(actor: string | null, account: string | null): Author | null {
  if (actor !== null && actor !== '') return settingAuthor(actor);
  return account === null ? null : roleAuthor(account.slice(0, account.lastIndexOf('@')));
}

/** Milliseconds of `2026-11-22 05:10:00.123456`, which is UTC. */
function instant(at: string): number {
  return Date.parse(`${at.slice(0, 19).replace(' ', 'T')}Z`) + Number(`0${at.slice(19)}`) * 1000;
}
