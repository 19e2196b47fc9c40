import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { Needs } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import { ExcludeRecordDto, IncludeRecordDto, SyncAnswerDto } from './sync-record.dto.js';
import { SyncRecordService } from './sync-record.service.js';

/** Single records: out of sync, in again, and read once more. */
@ApiTags('records')
@Controller()
export class SyncRecordController {
  constructor(private readonly records: SyncRecordService) {}

  @Post('records/:id/exclude')
  @HttpCode(200)
  @Needs('conflicts:resolve', { of: 'record' })
  @ApiOperation({
    summary: 'Keep a record out of sync: it is seen and never written, until it is included again',
  })
  @ApiOkResponse({ type: SyncAnswerDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `not-linked`: it has ended, or is being made' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  exclude(
    @Param('id') id: string,
    @Body() { reason }: ExcludeRecordDto,
    @CallerParam() caller: Caller,
  ): Promise<SyncAnswerDto> {
    return this.records.exclude(id, reason, actorOf(caller));
  }

  @Post('records/:id/include')
  @HttpCode(202)
  @Needs('conflicts:resolve', { of: 'record' })
  @ApiOperation({ summary: 'Take a record back into sync: both sides are compared, and it goes on' })
  @ApiAcceptedResponse({ type: SyncAnswerDto, description: 'The pipeline does so in a moment' })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problems `not-linked`, `not-waiting`: nobody keeps it out' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  include(
    @Param('id') id: string,
    @Body() { note }: IncludeRecordDto,
    @CallerParam() caller: Caller,
  ): Promise<SyncAnswerDto> {
    return this.records.include(id, note, actorOf(caller));
  }

  @Post('records/:id/resync')
  @HttpCode(202)
  @Needs('ops:run', { of: 'record' })
  @ApiOperation({
    summary:
      'Read a record on both sides again and settle it anew; what was edited unseen is taken in as an edit',
  })
  @ApiAcceptedResponse({ type: SyncAnswerDto, description: 'The pipeline does so in its turn' })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `not-linked`: it has ended, or is being made' })
  resync(@Param('id') id: string, @CallerParam() caller: Caller): Promise<SyncAnswerDto> {
    return this.records.resync(id, actorOf(caller));
  }
}
