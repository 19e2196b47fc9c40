import { Module } from '@nestjs/common';
import { MailTemplates } from './mail-templates.js';
import { MailTransport } from './mail-transport.js';
import { NewConflictsJob } from './new-conflicts-job.js';
import { SendMailJob } from './send-mail-job.js';
import { TroubleJob } from './trouble-job.js';

/** Tells people by mail. Needs Env and the database; its jobs run where ScheduleModule is loaded. */
@Module({ providers: [MailTemplates, MailTransport, NewConflictsJob, TroubleJob, SendMailJob] })
export class NotifyModule {}
