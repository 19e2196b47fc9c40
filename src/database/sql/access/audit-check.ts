import type { AuditFault } from '../../audit-verify.js';
import type { Statement } from '../statement.js';

export interface AuditCheckRow {
  readonly seq: number;
  readonly hash: Buffer;
  readonly faults: readonly AuditFault[];
  readonly complete: boolean;
  readonly at: Date;
  readonly by_name: string;
}

/** How far the log was looked at last; no row before the first look. */
export const auditCheck: Statement<AuditCheckRow & Record<string, unknown>> = {
  name: 'audit_check',
  text: `select seq, hash, faults, complete, at, by_name from audit_check`,
};

/** One look at a time, until its transaction ends. */
export const tryAuditCheck: Statement<{ taken: boolean }> = {
  name: 'audit_try_check',
  text: `select pg_try_advisory_xact_lock(hashtext('accord audit check')) as taken`,
};

/** Parameters: seq, hash, faults, complete, at ms, by. */
export const setAuditCheck: Statement<Record<string, never>> = {
  name: 'audit_set_check',
  text: `
  insert into audit_check (id, seq, hash, faults, complete, at, by_name)
  values (1, $1, $2, $3, $4, to_timestamp($5::float8 / 1000), $6)
  on conflict (id) do update set seq = excluded.seq, hash = excluded.hash, faults = excluded.faults, complete = excluded.complete,
    at = excluded.at, by_name = excluded.by_name`,
};
