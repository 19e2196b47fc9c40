import { Module } from '@nestjs/common';
import { ExplanationService } from './explanation.service.js';
import { LineageService } from './lineage.service.js';
import { RecordListService } from './record-list.service.js';
import { RecordsController } from './records.controller.js';
import { RecordsService } from './records.service.js';
import { WhyService } from './why.service.js';

/** Records, what happened to them, and why their values stand. */
@Module({
  controllers: [RecordsController],
  providers: [RecordsService, RecordListService, LineageService, ExplanationService, WhyService],
})
export class LineageModule {}
