import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Clock } from '../../src/common/clock.js';
import { loadEnv } from '../../src/common/env.js';
import { uuidv7 } from '../../src/common/ids.js';
import type { Grant } from '../../src/common/permissions.js';
import { Leases } from '../../src/database/lease.js';
import { HubPools } from '../../src/database/pools.js';
import { Signer } from '../../src/database/signer.js';
import { AnswerLinks } from '../../src/notify/answer-links.js';
import { LateLinks } from '../../src/notify/late-links.js';
import { LetterBox } from '../../src/notify/letter-box.js';
import { MailTemplates } from '../../src/notify/mail-templates.js';
import { MailTransport } from '../../src/notify/mail-transport.js';
import { MailWriter } from '../../src/notify/mail-writer.js';
import { NotifyJob } from '../../src/notify/notify-job.js';
import { SendMailJob } from '../../src/notify/send-mail-job.js';
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

export interface Preference {
  readonly modes?: Readonly<Record<string, string>>;
  readonly quiet?: readonly [from: string, to: string];
  readonly dailyAt?: string;
}

/** Accord's own database, and the mail jobs as the service makes them. */
export interface Hub {
  readonly pools: HubPools;
  addPipeline(name: string, spec?: object): Promise<void>;
  addConflict(seed?: ConflictSeed): Promise<string>;
  outbox(): Promise<OutboxRow[]>;
  makeDue(): Promise<void>;
  addPerson(email: string, grants: readonly Grant[], preference?: Preference): Promise<string>;
  teller(variables?: Record<string, string>): NotifyJob;
  sender(smtpUrl?: string): SendMailJob;
  empty(): Promise<void>;
  close(): Promise<void>;
}

const policy = { strategy: 'review' };
const spec = {
  fields: {
    email: { a: 'email', b: 'mail', pii: true, policy },
    name: { a: 'name', b: 'title', policy },
    street: { a: 's', b: 's', pii: true },
    height: { a: 'h', b: 'h' },
  },
  groups: {
    address: { fields: ['street'], policy },
    size: { fields: ['height'], policy },
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
        [
          name,
          JSON.stringify({
            spec: { metadata: { name }, match: [], ...pipelineSpec },
            schemas: {},
            sides: {
              A: { label: 'CRM', tier: 'T0', orderedLog: true },
              B: { label: 'Support', tier: 'T0', orderedLog: true },
            },
          }),
        ],
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
    addPerson: async (email, grants, { modes = {}, quiet = [null, null], dailyAt = '08:00' } = {}) => {
      const id = uuidv7();
      await pools.general.query(`insert into person (id, email, name, state) values ($1, $2, $3, 'active')`, [
        id,
        email,
        email.split('@')[0],
      ]);
      for (const { role, pipeline } of grants)
        await pools.general.query(`insert into person_grant values ($1, $2, $3, 'people')`, [
          id,
          role,
          pipeline,
        ]);
      await pools.general.query(
        `insert into notify_preference (person_id, modes, quiet_from, quiet_to, daily_at) values ($1, $2, $3, $4, $5)`,
        [id, JSON.stringify(modes), ...quiet, dailyAt],
      );
      return id;
    },
    teller: (variables = { MAIL_TO: 'dana@example.com' }) => {
      const env = loadEnv({
        PUBLIC_URL: 'https://accord.example.com',
        SMTP_URL: 'smtp://127.0.0.1:1',
        ...variables,
      });
      const signer = new Signer(pools);
      const letters = new LetterBox(env, new AnswerLinks(env, signer));
      return new NotifyJob(env, pools, leases, letters, new MailWriter(env, new MailTemplates(), signer));
    },
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
        new LateLinks(pools, new Clock()),
      ),
    empty: async () => {
      await pools.general.query('truncate pipeline, person, notice, mail_mark, mail_outbox, lease cascade');
    },
    close: async () => {
      await pools.close();
      await database.drop();
    },
  };
}

/** No waiting for more, and no silence after a mail. */
export const atOnce = { pace: { gatherMs: 0, silenceMs: 0 } };
