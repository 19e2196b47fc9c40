import { Module } from '@nestjs/common';
import { Signer } from '../database/signer.js';
import { AnswerLinks } from './answer-links.js';
import { LateLinks } from './late-links.js';
import { LetterBox } from './letter-box.js';
import { MailTestController } from './mail-test.controller.js';
import { MailTests } from './mail-tests.service.js';
import { MailTemplates } from './mail-templates.js';
import { MailTransport } from './mail-transport.js';
import { MailWriter } from './mail-writer.js';
import { NotifyJob } from './notify-job.js';
import { PreferencesController } from './preferences.controller.js';
import { PreferencesService } from './preferences.service.js';
import { RetentionJob } from './retention-job.js';
import { SendMailJob } from './send-mail-job.js';
import { UnsubscribeController } from './unsubscribe.controller.js';

/** Tells people by mail what they want to be told. Needs Env and the database; its jobs run where ScheduleModule is loaded. */
@Module({
  controllers: [MailTestController, PreferencesController, UnsubscribeController],
  providers: [
    Signer,
    MailTemplates,
    MailTransport,
    MailTests,
    MailWriter,
    AnswerLinks,
    LetterBox,
    LateLinks,
    NotifyJob,
    SendMailJob,
    RetentionJob,
    PreferencesService,
  ],
})
export class NotifyModule {}
