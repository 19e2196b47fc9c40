import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { Clock } from '../../src/common/clock.js';
import { loadEnv } from '../../src/common/env.js';
import { Leases } from '../../src/database/lease.js';
import { HubPools } from '../../src/database/pools.js';
import { LateLinks } from '../../src/notify/late-links.js';
import { MailTransport } from '../../src/notify/mail-transport.js';
import { SendMailJob } from '../../src/notify/send-mail-job.js';

/** What the process is told, as JSON in its one argument. */
export interface MailProcessInput {
  /** Addresses of Accord's own database and of the mail server. */
  readonly hub: string;
  readonly smtp: string;
}

/** The sender of mails alone in a process of its own, to be killed: one round over the outbox. */
const { hub, smtp } = JSON.parse(process.argv[2] ?? '{}') as MailProcessInput;
Logger.overrideLogger(false);
const pools = new HubPools(hub, { lane: 1, general: 3 });
const env = loadEnv({ PUBLIC_URL: 'https://accord.example.com', SMTP_URL: smtp });
const links = new LateLinks(pools, new Clock());
await new SendMailJob(pools, new Leases(pools.general), new MailTransport(env), links).run();
await pools.close();
process.exit(0);
