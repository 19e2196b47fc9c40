import type { Certificate } from '../../common/certificate.js';
import type { Reason } from '../../core/difference.js';
import type { Statement } from './statement.js';
import type { DifferenceRow, VerificationPhase } from './verification.js';

export interface ListedVerification {
  id: number;
  state: 'asked' | 'running' | 'finished' | 'failed';
  asked_at: Date;
  asked_by: string | null;
  repair: boolean;
  revision: number | null;
  phase: VerificationPhase | null;
  done: number;
  total: number;
  /** How long it has been going on. */
  seconds: number | null;
  started_at: Date | null;
  finished_at: Date | null;
  found: Record<Reason, number> | null;
  certificate: Certificate | null;
  hash: string | null;
  error: string | null;
}

const columns = `id, state, asked_at, asked_by, repair, revision, phase, done, total,
         extract(epoch from clock_timestamp() - started_at)::float8 as seconds, started_at, finished_at, found, certificate, hash, error`;

/** Newest first. Parameters: pipeline, before id, limit. */
export const listVerifications: Statement<ListedVerification & Record<string, unknown>> = {
  name: 'verification_list',
  text: `select ${columns} from verification where pipeline_id = $1 and link_id is null and id < $2 order by id desc limit $3`,
};

/** Parameters: pipeline, id. */
export const readVerification: Statement<ListedVerification & Record<string, unknown>> = {
  name: 'verification_read',
  text: `select ${columns} from verification where pipeline_id = $1 and link_id is null and id = $2`,
};

/** Asks for one; where one is open, that one it is, and it repairs if anybody wants it. Parameters: pipeline, by, repair. */
export const askVerification: Statement<{ id: number }> = {
  name: 'verification_ask',
  text: `
  insert into verification (pipeline_id, state, asked_by, repair) values ($1, 'asked', $2, $3)
  on conflict (pipeline_id) where state in ('asked', 'running') and link_id is null do update set repair = verification.repair or excluded.repair
  returning id`,
};

/** Parameters: verification, behind id, limit, reason or null. */
export const listDifferences: Statement<DifferenceRow & Record<string, unknown>> = {
  name: 'verification_list_differences',
  text: `
  select id, kind, reason, link_id, side, ext_id, unit, held, seen, detail, mark, repaired
  from verification_difference where verification_id = $1 and id > $2 and ($4::text is null or reason = $4) order by id limit $3`,
};
