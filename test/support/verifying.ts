import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificate } from '../../src/common/certificate.js';
import type { HubPools } from '../../src/database/pools.js';

export interface FoundDifference {
  readonly kind: string;
  readonly reason: string;
  readonly side: string | null;
  readonly ext_id: string | null;
  readonly unit: string | null;
  readonly held: unknown;
  readonly seen: unknown;
  readonly detail: string;
  readonly repaired: string | null;
}

/** Any pair with a hub and one pipeline. */
interface Hubbed {
  readonly hub: HubPools;
}

export interface Verified {
  readonly id: number;
  readonly state: string;
  readonly error: string | null;
  readonly certificate: Certificate;
  readonly hash: string;
  readonly differences: readonly FoundDifference[];
}

/** Asks for a verification of the pair's pipeline. */
export async function askToVerify(pair: Hubbed, repair = false): Promise<number> {
  const { rows } = await pair.hub.general.query<{ id: number }>(
    `insert into verification (pipeline_id, state, asked_by, repair) select id, 'asked', 'test', $1 from pipeline returning id`,
    [repair],
  );
  await pair.hub.general.query(`select pg_notify('accord_wake', id::text) from pipeline`);
  return (rows[0] as { id: number }).id;
}

/** Waits until it has come to its end. */
export async function verified(pair: Hubbed, id: number, timeoutMs = 60_000): Promise<Verified> {
  const deadline = Date.now() + timeoutMs;
  const { general } = pair.hub;
  for (;;) {
    const { rows } = await general.query<Verified>(
      'select id, state, error, certificate, hash, phase, position, done from verification where id = $1',
      [id],
    );
    const row = rows[0] as Verified;
    if (row.state === 'finished' || row.state === 'failed') {
      const list = await general.query<FoundDifference>(
        `select kind, reason, side, ext_id, unit, held, seen, detail, repaired from verification_difference where verification_id = $1 order by kind, reason, side, ext_id, unit`,
        [id],
      );
      return { ...row, differences: list.rows };
    }
    if (Date.now() > deadline) {
      const suspects = await general.query('select * from verification_suspect limit 5');
      throw new Error(`not verified after ${String(timeoutMs)} ms: ${JSON.stringify([row, suspects.rows])}`);
    }
    await sleep(25);
  }
}

/** Asks for one and waits for it. */
export async function verify(pair: Hubbed, repair = false): Promise<Verified> {
  return verified(pair, await askToVerify(pair, repair));
}

/** SQL of edits that the side's log does not see: its triggers are off while they are made, in one transaction. */
export function unseen(edits: string, table = 't'): string {
  return `
    begin;
    create temp table were on commit drop as select tgname from pg_trigger where tgrelid = '${table}'::regclass and tgenabled = 'A';
    alter table ${table} disable trigger all;
    ${edits};
    do $$ declare n text; begin
      for n in select tgname from were loop execute format('alter table ${table} enable always trigger %I', n); end loop;
    end $$;
    commit`;
}
