import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPreconditionFailedResponse,
  ApiResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../../common/api-doc.js';
import { CallerParam, type Caller } from '../../common/caller.js';
import { acceptedTags } from '../../common/if-match.js';
import { PageQueryDto } from '../../common/page-query.js';
import { Needs } from '../../common/route-access.js';
import { actorOf } from '../../database/audit.js';
import { ConflictsService } from '../conflicts.service.js';
import { ActivityDto, ActivityPageDto, WorkDto } from './work.dto.js';
import { AskDto, ChangeItemDto, CommentDto, OpinionDto, SkipDto, SnoozeDto } from './work-requests.dto.js';
import { WorkService, type WorkRequest } from './work.service.js';

const once = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key and body again: the same answer, kept for 24 hours',
});
const asSeen = ApiHeader({ name: 'If-Match', required: true, description: '`work.etag`, as it was shown' });
const stale = ApiPreconditionFailedResponse({
  description: 'Problem `stale`, with the settings as they now are in `current` and what was `changed`',
});
const leased = ApiResponse({ status: 423, description: 'Problem `leased`: `by` whom, `until` when' });

/** What people add to items of the queue: conflicts, guards and halts alike. */
@ApiTags('conflicts')
@ApiNotFoundResponse({ description: 'Problem `not-found`' })
@ApiConflictResponse({ description: 'Problem `already-decided`, or one that says what else does not hold' })
@ApiUnprocessableEntityResponse({ description: 'Problem `invalid` or `key-reused`' })
@Controller('conflicts/:id')
export class WorkController {
  constructor(
    private readonly items: WorkService,
    private readonly conflicts: ConflictsService,
  ) {}

  @Get('activity')
  @Needs('conflicts:read', { of: 'conflict' })
  @ApiOperation({ summary: 'What was said of it and done to it, newest first' })
  @ApiOkResponse({ type: ActivityPageDto })
  activity(@Param('id') id: string, @Query() { limit, cursor }: PageQueryDto): Promise<ActivityPageDto> {
    return this.conflicts.activity(id, limit, cursor);
  }

  @Patch()
  @Needs('conflicts:resolve', { of: 'conflict' })
  @ApiOperation({ summary: 'Assign it, set its priority or its due date' })
  @asSeen
  @ApiOkResponse({ type: WorkDto })
  @stale
  async change(
    @Param('id') item: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() input: ChangeItemDto,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    const request = { item, by: actorOf(caller), accepted: acceptedTags(ifMatch) };
    return (await this.items.change(request, input)).body;
  }

  @Post('claim')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Be at work on it for five minutes' })
  @once
  @ApiOkResponse({ type: WorkDto })
  @leased
  async claim(
    @Param('id') id: string,
    @Headers('idempotency-key') key: string | undefined,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    return (await this.items.claim(requestOf(id, key, caller))).body;
  }

  @Post('renew')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Stay at work on it for another five minutes' })
  @once
  @ApiOkResponse({ type: WorkDto })
  @leased
  async renew(
    @Param('id') id: string,
    @Headers('idempotency-key') key: string | undefined,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    return (await this.items.renew(requestOf(id, key, caller))).body;
  }

  @Post('release')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Let go of it' })
  @once
  @ApiOkResponse({ type: WorkDto })
  @leased
  async release(
    @Param('id') id: string,
    @Headers('idempotency-key') key: string | undefined,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    return (await this.items.release(requestOf(id, key, caller))).body;
  }

  @Post('skip')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Leave it to others: it is not offered again for 12 hours, unless it changes; the third who skips moves it up',
  })
  @once
  @ApiOkResponse({ type: WorkDto })
  @leased
  async skip(
    @Param('id') id: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body() input: SkipDto,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    return (await this.items.skip(requestOf(id, key, caller), input)).body;
  }

  @Post('comments')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(201)
  @ApiOperation({ summary: 'Say something about it, and perhaps whose turn it is' })
  @once
  @ApiCreatedResponse({ type: ActivityDto })
  async comment(
    @Param('id') id: string,
    @Headers('idempotency-key') key: string | undefined,
    @Body() input: CommentDto,
    @CallerParam() caller: Caller,
  ): Promise<ActivityDto> {
    return (await this.items.comment(requestOf(id, key, caller), input)).body;
  }

  @Post('snooze')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Put it off, until a time or until it changes' })
  @asSeen
  @once
  @ApiOkResponse({ type: WorkDto })
  @stale
  @leased
  async snooze(
    @Param('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Headers('idempotency-key') key: string | undefined,
    @Body() input: SnoozeDto,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    const request = { ...requestOf(id, key, caller), accepted: acceptedTags(ifMatch) };
    return (await this.items.snooze(request, input)).body;
  }

  @Post('unsnooze')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Back into the queue' })
  @once
  @ApiOkResponse({ type: WorkDto })
  async unsnooze(
    @Param('id') id: string,
    @Headers('idempotency-key') key: string | undefined,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    return (await this.items.wake(requestOf(id, key, caller))).body;
  }

  @Post('second-opinion')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask somebody what they would choose: it is their turn then' })
  @asSeen
  @once
  @ApiOkResponse({ type: WorkDto })
  @stale
  @leased
  async ask(
    @Param('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Headers('idempotency-key') key: string | undefined,
    @Body() input: AskDto,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    const request = { ...requestOf(id, key, caller), accepted: acceptedTags(ifMatch) };
    return (await this.items.ask(request, input)).body;
  }

  @Post('second-opinion/answer')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Say what you would choose; nothing is decided by it' })
  @ApiHeader({ name: 'If-Match', required: true, description: '`etag` of the conflict as it was shown' })
  @once
  @ApiOkResponse({ type: WorkDto })
  @stale
  async answer(
    @Param('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Headers('idempotency-key') key: string | undefined,
    @Body() input: OpinionDto,
    @CallerParam() caller: Caller,
  ): Promise<WorkDto> {
    const request = { ...requestOf(id, key, caller), shown: acceptedTags(ifMatch) };
    return (await this.items.answer(request, input)).body;
  }
}

function requestOf(item: string, idempotencyKey: string | undefined, caller: Caller): WorkRequest {
  return { item, idempotencyKey, by: actorOf(caller) };
}
