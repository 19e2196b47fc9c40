import type { Statement } from '../statement.js';

/** What a row's hash covers, besides the hash of the row before. `at` in UTC, to the microsecond. */
export interface HashedRow {
  readonly seq: number;
  readonly at: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_name: string;
  readonly action: string;
  readonly object: string | null;
  readonly pipeline: string | null;
  readonly detail: string;
  readonly address: string | null;
  readonly request_id: string | null;
}

/** The end of the chain, held until the transaction ends: those who append come one after another. No parameters. */
export const lockAuditHead: Statement<{ seq: number; hash: Buffer }> = {
  name: 'audit_lock_head',
  text: `select seq, hash from audit_head for update`,
};

/** Parameters: seq, at, actor kind, id and name, action, object, pipeline, detail, address, request id, hash. */
export const appendAuditRow: Statement<Record<string, never>> = {
  name: 'audit_append',
  text: `
  with row as (
    insert into audit (seq, at, actor_kind, actor_id, actor_name, action, object, pipeline, detail, address, request_id, hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning seq, hash)
  update audit_head set seq = row.seq, hash = row.hash from row`,
};

const columns = `
  seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor_kind, actor_id, actor_name, action, object, pipeline,
  detail, address, request_id, hash`;

export type AuditRow = HashedRow & { readonly hash: Buffer };

/** In the order of the chain, by the primary key. Parameters: after seq, limit. */
export const auditRowsAfter: Statement<AuditRow> = {
  name: 'audit_rows_after',
  text: `select ${columns} from audit where seq > $1 order by seq limit $2`,
};

/** Newest first. Parameters: before seq, actor's id or null, action or null, object or null, limit. */
export const auditRowsBefore: Statement<AuditRow> = {
  name: 'audit_rows_before',
  text: `
  select ${columns} from audit
  where seq < $1 and ($2::text is null or actor_id = $2) and ($3::text is null or action = $3) and ($4::text is null or object = $4)
  order by seq desc limit $5`,
};

export const auditHead: Statement<{ seq: number; hash: Buffer }> = {
  name: 'audit_head',
  text: `select seq, hash from audit_head`,
};
