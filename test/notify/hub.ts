import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { loadEnv } from '../../src/common/env.js';
import { Leases } from '../../src/database/lease.js';
import { HubPools } from '../../src/database/pools.js';
import { MailTemplates } from '../../src/notify/mail-templates.js';
import { MailTransport } from '../../src/notify/mail-transport.js';
import { NewConflictsJob } from '../../src/notify/new-conflicts-job.js';
import { SendMailJob } from '../../src/notify/send-mail-job.js';
import { TroubleJob } from '../../src/notify/trouble-job.js';
import { migratedDatabase } from '../support/test-database.js';

export interface OutboxRow {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Record<string, string>;
  readonly attempts: number;
  readonly sent: boolean;
  readonly failed: boolean;
  readonly waits: number;
  readonly last_error: string | null;
}

export interface ConflictSeed {
  readonly pipeline?: string;
  readonly unit?: string;
  readonly title?: string;
  readonly reason?: string;
  readonly a?: unknown;
  readonly b?: unknown;
  readonly priority?: number;
  readonly state?: string;
}

/** Accord's own database, and the mail jobs as the service makes them. */
export interface Hub {
  readonly pools: HubPools;
  addPipeline(name: string, spec?: object): Promise<void>;
  addConflict(seed?: ConflictSeed): Promise<string>;
  outbox(): Promise<OutboxRow[]>;
  makeDue(): Promise<void>;
  teller(variables?: Record<string, string>): NewConflictsJob;
  troubleTeller(): TroubleJob;
  sender(smtpUrl?: string): SendMailJob;
  empty(): Promise<void>;
  close(): Promise<void>;
}

const spec = {
  fields: {
    email: { a: 'email', b: 'mail', pii: true },
    name: { a: 'name', b: 'title' },
    street: { a: 's', b: 's', pii: true },
    height: { a: 'h', b: 'h' },
  },
  groups: {
    address: { fields: ['street'], policy: { strategy: 'review' } },
    size: { fields: ['height'], policy: { strategy: 'review' } },
  },
};

export async function openHub(): Promise<Hub> {
  Logger.overrideLogger(false);
  const database = await migratedDatabase();
  const pools = new HubPools(database.url, { lane: 1, general: 4 });
  const leases = new Leases(pools.general);
  let links = 0;
  return {
    pools,
    addPipeline: async (name, pipelineSpec = spec) => {
      await pools.general.query(
        `with p as (insert into pipeline (name, revision, state) values ($1, 1, 'running') returning id),
              r as (insert into pipeline_revision (pipeline_id, revision, spec, source, hash, created_by)
                    select id, 1, $2, '', '', 'test' from p)
         insert into side_state (pipeline_id, side, label, connector, object)
         select id, side, label, 'postgres', 'public.x' from p, (values ('A', 'CRM'), ('B', 'Support')) s(side, label)`,
        [name, JSON.stringify({ spec: pipelineSpec, schemas: {}, sides: {} })],
      );
    },
    addConflict: async (seed = {}) => {
      const id = randomUUID();
      const {
        pipeline = 'companies',
        unit = 'name',
        title = 'Nokia',
        reason = 'both sides changed it',
      } = seed;
      const candidates = [
        { key: 'a', side: 'A', v: seed.a ?? 'Nokia Oyj' },
        { key: 'b', side: 'B', v: seed.b ?? 'Nokia Corp' },
      ];
      links += 1;
      await pools.general.query(
        `insert into conflict (id, pipeline_id, link_id, unit, key, state, kind, reason, title, candidates, policy, revision, priority)
         select $1, p.id, $2, $3, 'k', $4, 'value', $5, $6, $7, '{}', 1, $8 from pipeline p where p.name = $9`,
        [
          id,
          links,
          unit,
          seed.state ?? 'open',
          reason,
          title,
          JSON.stringify(candidates),
          seed.priority ?? 2,
          pipeline,
        ],
      );
      return id;
    },
    outbox: async () => {
      const { rows } = await pools.general.query<OutboxRow>(
        `select id, recipient, subject, html, text, headers, attempts, sent_at is not null as sent,
                failed_at is not null as failed, last_error,
                extract(epoch from due_at - now())::float8 as waits
         from mail_outbox order by created_at, recipient`,
      );
      return rows;
    },
    makeDue: async () => {
      await pools.general.query(`update mail_outbox set due_at = now()`);
    },
    teller: (variables = { MAIL_TO: 'dana@example.com' }) =>
      new NewConflictsJob(
        loadEnv({ PUBLIC_URL: 'https://accord.example.com', ...variables }),
        pools,
        leases,
        new MailTemplates(),
      ),
    troubleTeller: () =>
      new TroubleJob(
        loadEnv({ PUBLIC_URL: 'https://accord.example.com', MAIL_TO: 'dana@example.com' }),
        pools,
        leases,
        new MailTemplates(),
      ),
    sender: (smtpUrl) =>
      new SendMailJob(
        pools,
        leases,
        new MailTransport(
          loadEnv({
            PUBLIC_URL: 'https://accord.example.com',
            ...(smtpUrl !== undefined && { SMTP_URL: smtpUrl }),
          }),
        ),
      ),
    empty: async () => {
      await pools.general.query('truncate pipeline, mail_outbox, lease cascade');
    },
    close: async () => {
      await pools.close();
      await database.drop();
    },
  };
}

/** No waiting for more, and no silence after a mail. */
export const atOnce = { gatherMs: 0, silenceMs: 0 };
