import type { HubPools } from '../../src/database/pools.js';

export interface Trace {
  readonly action: string;
  readonly actor_kind: string;
  readonly actor_name: string;
  readonly actor_id: string | null;
  readonly object: string | null;
  readonly pipeline: string | null;
  readonly address: string | null;
  readonly request_id: string | null;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- assertions say what it should be
  readonly detail: any;
}

/** What the audit log has, newest first. */
export async function auditTrail({ general }: HubPools, action?: string): Promise<Trace[]> {
  const { rows } = await general.query<Trace>(
    `select action, actor_kind, actor_name, actor_id, object, pipeline, address, request_id, detail::json as detail
     from audit where $1::text is null or action = $1 order by seq desc`,
    [action ?? null],
  );
  return rows;
}
