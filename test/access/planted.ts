import { loadEnv } from '../../src/common/env.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import { Leases } from '../../src/database/lease.js';
import type { HubPools } from '../../src/database/pools.js';
import { Signer } from '../../src/database/signer.js';
import { AnswerLinks } from '../../src/notify/answer-links.js';
import { LetterBox } from '../../src/notify/letter-box.js';
import { MailTemplates } from '../../src/notify/mail-templates.js';
import { MailWriter } from '../../src/notify/mail-writer.js';
import { NotifyJob } from '../../src/notify/notify-job.js';

/** Stands where a value is covered. */
export const COVERED = { redacted: true, reason: 'personal' };
/** Stands in every personal value that is planted, and nowhere else. */
export const PLANTED = 'zanzibar';
const review = { strategy: 'review' } as const;

/** Names and addresses are personal; plans are not. */
export const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'people' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'mail', by: ['email'], action: 'link' },
    {
      id: 'alike',
      action: 'link',
      score: [{ field: 'name', as: 'name', agree: 7, disagree: 6 }],
      block: [{ sound: ['name'] }],
      auto: 12,
      review: 4,
    },
  ],
  fields: {
    name: { a: 'name', b: 'name', policy: review, pii: true },
    email: { a: 'email', b: 'email', policy: review, pii: true },
    plan: { a: 'plan', b: 'plan', policy: review },
  },
  review: { undoWindow: '1h' },
  load: { accept: 'automatic' },
};
export const table = `create table t (id serial primary key, name text, email text, plan text, check (plan <> 'refused'));`;
export const rows = (name: string): string =>
  `insert into t (name, email, plan) values
     ('One ${PLANTED}', '1@${PLANTED}.org', 'free'), ('Two ${PLANTED}', '2@${PLANTED}.org', 'free'),
     ('Three ${PLANTED}', '3@${PLANTED}.org', 'free'), ('${name} ${PLANTED}', null, 'free');`;

/** Writes the mails of a service that has a mail server, and a mailbox besides its people. */
export function mailJob(pools: HubPools): NotifyJob {
  const env = loadEnv({
    PUBLIC_URL: 'https://accord.example.com',
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_TO: 'ops@example.org',
  });
  const signer = new Signer(pools);
  const letters = new LetterBox(env, new AnswerLinks(env, signer));
  return new NotifyJob(
    env,
    pools,
    new Leases(pools.general),
    letters,
    new MailWriter(env, new MailTemplates(), signer),
  );
}
