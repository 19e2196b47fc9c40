import type { ClientBase } from 'pg';

/** Tells the screens of a conflict that belongs to no record, once the transaction commits. */
export async function announceConflict(client: Pick<ClientBase, 'query'>, id: string): Promise<void> {
  await client.query(`select pg_notify('accord_events', $1)`, [
    JSON.stringify({ type: 'conflict', id: `cf_${id}` }),
  ]);
}
