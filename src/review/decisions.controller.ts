import { Body, Controller, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
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
} from '../common/api-doc.js';
import type { Response } from 'express';
import { CallerParam, pipelinesWithin, type Caller } from '../common/caller.js';
import { acceptedTags } from '../common/if-match.js';
import { Needs } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import { ConflictsService } from './conflicts.service.js';
import { DecideRecordService } from './decide-record.service.js';
import { DecideService } from './decide.service.js';
import { DecideRecordDto, DecisionDto, RecordDecisionsDto, UndoneDecisionsDto } from './decision.dto.js';
import { UndoService } from './undo.service.js';

const KEY = {
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key and body again: the same answer, kept for 24 hours',
} as const;

@ApiTags('conflicts')
@Controller()
export class DecisionsController {
  constructor(
    private readonly undoing: UndoService,
    private readonly deciding: DecideService,
    private readonly records: DecideRecordService,
    private readonly conflicts: ConflictsService,
  ) {}

  @Post('decisions/:id/undo')
  @Needs('conflicts:resolve', { of: 'decision' })
  @ApiOperation({ summary: 'Take a decision back; doing it twice is doing it once' })
  @ApiHeader(KEY)
  @ApiOkResponse({ type: DecisionDto, description: 'Nothing had been written; the conflict is open again' })
  @ApiAcceptedResponse({
    type: DecisionDto,
    description:
      'It had been written: the conflict is open again, and each side gets back what it held before, by a conditional write; a side ' +
      'that was edited since keeps that edit (`undone` says which)',
  })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({
    description:
      'Problem `not-undoable`: a later decision stands, the record has ended, or it never took effect',
  })
  async undo(
    @Param('id') decision: string,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DecisionDto> {
    const { status, body } = await this.undoing.undo({ decision, idempotencyKey, by: actorOf(caller) });
    response.status(status);
    return body;
  }

  @Post('decisions/:id/undo-all')
  @Needs('conflicts:resolve', { of: 'decision' })
  @ApiOperation({ summary: 'Take back all that were made as one with a decision, or none of them' })
  @ApiHeader(KEY)
  @ApiOkResponse({ type: UndoneDecisionsDto, description: 'Nothing had been written' })
  @ApiAcceptedResponse({
    type: UndoneDecisionsDto,
    description: 'Some had been written; each says what becomes of it',
  })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `not-undoable`: one of them cannot be, so none was' })
  async undoAll(
    @Param('id') decision: string,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<UndoneDecisionsDto> {
    const { status, body } = await this.undoing.undoTogether({
      decision,
      idempotencyKey,
      by: actorOf(caller),
    });
    response.status(status);
    return body;
  }

  @Post('decisions/:id/redo')
  @Needs('conflicts:resolve', { of: 'decision' })
  @HttpCode(201)
  @ApiOperation({
    summary: 'Make a decision again that was taken back: the same value, of what is shown now',
  })
  @ApiHeader({ name: 'If-Match', required: true, description: 'ETag of the conflict as it is shown now' })
  @ApiHeader(KEY)
  @ApiCreatedResponse({ type: DecisionDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `already-decided`: it stands, or another does' })
  @ApiPreconditionFailedResponse({
    description: 'Problem `stale`, with the conflict as it now is in `current`',
  })
  @ApiResponse({ status: 423, description: 'Problem `leased`: `by` whom, `until` when' })
  async redo(
    @Param('id') decision: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @CallerParam() caller: Caller,
  ): Promise<DecisionDto> {
    const request = { decision, accepted: acceptedTags(ifMatch), idempotencyKey, by: actorOf(caller) };
    try {
      return (await this.deciding.redo(request)).body;
    } catch (error) {
      await this.conflicts.nameStale(error, pipelinesWithin(caller, 'records:read'));
      throw error;
    }
  }

  @Post('records/:id/decisions')
  @Needs('conflicts:resolve', { of: 'record' })
  @HttpCode(201)
  @ApiOperation({
    summary: 'Decide on everything of a record that waits: all of it, or nothing',
    description:
      'Each decision carries the ETag of its conflict as it was shown. One that moved, or a conflict of the record that is not named, ' +
      'and nothing is decided.',
  })
  @ApiHeader(KEY)
  @ApiCreatedResponse({ type: RecordDecisionsDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `already-decided`' })
  @ApiPreconditionFailedResponse({
    description:
      'Problem `stale`: the conflicts as they now are in `current`, the ids of those that are not as they were shown in `moved`',
  })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid` naming the decision, or `key-reused`' })
  @ApiResponse({ status: 423, description: 'Problem `leased`: `by` whom, `until` when' })
  async decideRecord(
    @Param('id') record: string,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Body() input: DecideRecordDto,
    @CallerParam() caller: Caller,
  ): Promise<RecordDecisionsDto> {
    try {
      return (await this.records.decide({ record, input, idempotencyKey, by: actorOf(caller) })).body;
    } catch (error) {
      await this.conflicts.nameStale(error, pipelinesWithin(caller, 'records:read'));
      throw error;
    }
  }
}
