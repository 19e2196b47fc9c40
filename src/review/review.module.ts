import { Module } from '@nestjs/common';
import { Signer } from '../database/signer.js';
import { AnswerLinkController } from './answer-link.controller.js';
import { AnswerLinkService } from './answer-link.service.js';
import { ConflictsController } from './conflicts.controller.js';
import { ConflictsService } from './conflicts.service.js';
import { DecideRecordService } from './decide-record.service.js';
import { DecideService } from './decide.service.js';
import { DecisionsController } from './decisions.controller.js';
import { EventFeed } from './event-feed.js';
import { EventsController } from './events.controller.js';
import { IdempotencyJob } from './idempotency-job.js';
import { LinksController } from './links.controller.js';
import { LinksService } from './links.service.js';
import { RestoreController } from './restore.controller.js';
import { RestoreService } from './restore.service.js';
import { SyncRecordController } from './sync-record.controller.js';
import { SyncRecordService } from './sync-record.service.js';
import { FacetsService } from './queue/facets.service.js';
import { QueueJob } from './queue/queue-job.js';
import { NextService } from './queue/next.service.js';
import { QueueController } from './queue/queue.controller.js';
import { WorkController } from './queue/work.controller.js';
import { WorkService } from './queue/work.service.js';
import { ReviewRules } from './queue/review-rules.js';
import { UndoService } from './undo.service.js';

/** Conflicts, decisions and what screens hear of them. */
@Module({
  // The queue's first: `conflicts/next` is no id.
  controllers: [
    QueueController,
    AnswerLinkController,
    ConflictsController,
    WorkController,
    DecisionsController,
    EventsController,
    LinksController,
    RestoreController,
    SyncRecordController,
  ],
  providers: [
    ReviewRules,
    Signer,
    AnswerLinkService,
    ConflictsService,
    WorkService,
    NextService,
    FacetsService,
    DecideService,
    DecideRecordService,
    UndoService,
    LinksService,
    RestoreService,
    SyncRecordService,
    EventFeed,
    IdempotencyJob,
    QueueJob,
  ],
})
export class ReviewModule {}
