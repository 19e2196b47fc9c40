import { listAudit, type AuditEvent, type AuditFilter } from '../api/audit';

const PAGE = 200;
/** More than this is a matter for the database. */
const MOST = 20_000;

export interface Exported {
  readonly text: string;
  readonly rows: number;
  /** There are more than were taken. */
  readonly more: boolean;
}

const columns = [
  'seq',
  'at',
  'actorKind',
  'actorId',
  'actorName',
  'action',
  'object',
  'pipeline',
  'detail',
  'address',
  'requestId',
] as const satisfies readonly (keyof AuditEvent)[];

/** Everything that matches the filter, newest first, as JSON lines or as CSV. */
export async function exportAudit(
  filter: AuditFilter,
  form: 'csv' | 'jsonl',
  onProgress: (rows: number) => void,
): Promise<Exported> {
  const rows: AuditEvent[] = [];
  let cursor: string | null = null;
  do {
    const { data }: Awaited<ReturnType<typeof listAudit>> = await listAudit(filter, cursor, { limit: PAGE });
    rows.push(...data.items);
    cursor = data.next;
    onProgress(rows.length);
  } while (cursor !== null && rows.length < MOST);
  const lines =
    form === 'jsonl'
      ? rows.map((row) => JSON.stringify(row))
      : [columns.join(','), ...rows.map((row) => columns.map((name) => csvField(row[name])).join(','))];
  return {
    text: lines.map((line) => `${line}${form === 'csv' ? '\r\n' : '\n'}`).join(''),
    rows: rows.length,
    more: cursor !== null,
  };
}

/** RFC 4180. What a spreadsheet would run as a formula is kept a text by an apostrophe before it. */
function csvField(value: unknown): string {
  const text =
    value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
