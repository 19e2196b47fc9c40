import { Module } from '@nestjs/common';
import { Signer } from '../database/signer.js';
import { AnswerLinkController } from './answer-link.controller.js';
import { AnswerLinkService } from './answer-link.service.js';
import { ConflictsController } from './conflicts.controller.js';
import { ConflictsService } from './conflicts.service.js';
import { DecideService } from './decide.service.js';
import { DecisionsController } from './decisions.controller.js';
import { EventFeed } from './event-feed.js';
import { EventsController } from './events.controller.js';
import { IdempotencyJob } from './idempotency-job.js';
import { LinksController } from './links.controller.js';
import { LinksService } from './links.service.js';
import { RestoreController } from './restore.controller.js';
import { RestoreService } from './restore.service.js';
import { UndoService } from './undo.service.js';

/** Conflicts, decisions and what screens hear of them. */
@Module({
  controllers: [
    AnswerLinkController,
    ConflictsController,
    DecisionsController,
    EventsController,
    LinksController,
    RestoreController,
  ],
  providers: [
    Signer,
    AnswerLinkService,
    ConflictsService,
    DecideService,
    UndoService,
    LinksService,
    RestoreService,
    EventFeed,
    IdempotencyJob,
  ],
})
export class ReviewModule {}
