import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
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
import { Needs } from '../common/route-access.js';
import { RevealQueryDto } from '../common/veil.js';
import { ConflictDto, ConflictPageDto, ConflictQueryDto } from './conflict.dto.js';
import { actorOf } from '../database/audit.js';
import { ConflictsService } from './conflicts.service.js';
import { DecideService } from './decide.service.js';
import { DecideDto, DecisionDto } from './decision.dto.js';
import { acceptedTags } from '../common/if-match.js';
import { viewerOf } from './queue/viewer.js';

/** Fields that wait for a person. */
@ApiTags('conflicts')
@Controller('conflicts')
export class ConflictsController {
  constructor(
    private readonly conflicts: ConflictsService,
    private readonly decisions: DecideService,
  ) {}

  @Get()
  @Needs('conflicts:read', 'filtered')
  @ApiOperation({
    summary:
      'The queue: conflicts, guards that tripped and halts, by priority, due date and age; closed ones newest first. Not counted: ' +
      'GET /conflicts/facets has the numbers',
  })
  @ApiOkResponse({ type: ConflictPageDto })
  @ApiBadRequestResponse({
    description:
      'Problem `malformed`: the cursor belongs to another filter; `filter-invalid` with the position',
  })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  list(@Query() query: ConflictQueryDto, @CallerParam() caller: Caller): Promise<ConflictPageDto> {
    return this.conflicts.list(query, viewerOf(caller));
  }

  @Get(':id')
  @Needs('conflicts:read', { of: 'conflict' })
  @ApiOperation({
    summary:
      'One conflict with all that is needed to decide it; its ETag is what a decision must carry. Personal data is covered until it is asked for',
  })
  @ApiOkResponse({ type: ConflictDto, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async get(
    @Param('id') id: string,
    @Query() reveal: RevealQueryDto,
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ConflictDto> {
    const conflict = await this.conflicts.get(id, viewerOf(caller, 'conflicts:read', reveal));
    // Never from a cache: whoever decides must see what is there.
    response.setHeader('Cache-Control', 'no-store').setHeader('ETag', conflict.etag);
    return conflict;
  }

  @Post(':id/decisions')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(201)
  @ApiOperation({
    summary: 'Decide. Nothing is written before undoUntil; an edit that was not shown is never overruled',
  })
  @ApiHeader({ name: 'If-Match', required: true, description: 'ETag of the conflict as it was shown' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body again: the same answer, kept for 24 hours',
  })
  @ApiCreatedResponse({ type: DecisionDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `already-decided`' })
  @ApiPreconditionFailedResponse({
    description:
      'Problem `stale`, with the conflict as it now is in `current`, and whether `values` or `state` were `changed`',
  })
  @ApiUnprocessableEntityResponse({
    description: 'Problem `invalid` naming the field and what was expected, or `key-reused`',
  })
  @ApiResponse({ status: 423, description: 'Problem `leased`: `by` whom, `until` when' })
  @ApiResponse({ status: 428, description: 'Problem `precondition-required`' })
  async decide(
    @Param('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Body() input: DecideDto,
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DecisionDto> {
    const accepted = acceptedTags(ifMatch);
    try {
      const { body } = await this.decisions.decide({
        conflict: id,
        accepted,
        input,
        by: actorOf(caller),
        idempotencyKey,
      });
      return body;
    } catch (error) {
      const current = await this.conflicts.nameStale(error, pipelinesWithin(caller, 'records:read'));
      if (current !== null) response.setHeader('ETag', current.etag);
      throw error;
    }
  }
}
