import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { guardKey, publicId } from '../common/public-ids.js';
import { Needs } from '../common/route-access.js';
import { sightOf } from '../common/veil.js';
import type { GuardTripRow } from '../database/sql/guards.js';
import { GuardAnswerDto, GuardQueryDto, GuardTripDto, GuardTripListDto } from './guard.dto.js';
import { GuardsService } from './guards.service.js';

/** Classes of operations that were stopped because there were too many at once; a person lets them through or takes them back. */
@ApiTags('pipelines')
@Controller('pipelines/:name/guards')
export class GuardsController {
  constructor(private readonly guards: GuardsService) {}

  @Get()
  @Needs('pipelines:read', { param: 'name' })
  @ApiOperation({ summary: 'Guards that tripped, newest first: at most 100' })
  @ApiOkResponse({ type: GuardTripListDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async list(
    @Param('name') name: string,
    @Query() query: GuardQueryDto,
    @CallerParam() caller: Caller,
  ): Promise<GuardTripListDto> {
    const trips = await this.guards.list(name, query.open, sightOf(caller, query));
    return { items: trips.map(tripAnswer) };
  }

  @Post(':id/release')
  @Needs('ops:run', { param: 'name' })
  @HttpCode(200)
  @ApiOperation({ summary: 'It was meant: everything that is held goes on its way' })
  @ApiOkResponse({ type: GuardTripDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `already-decided`' })
  async release(
    @Param('name') name: string,
    @Param('id') id: string,
    @Body() { note }: GuardAnswerDto,
    @CallerParam() caller: Caller,
  ): Promise<GuardTripDto> {
    return tripAnswer(await this.guards.answer(name, guardKey(id), 'released', note ?? null, caller));
  }

  @Post(':id/discard')
  @Needs('ops:run', { param: 'name' })
  @HttpCode(200)
  @ApiOperation({
    summary: 'It was not meant: what the other side still has is given back to the side where it was done',
  })
  @ApiOkResponse({ type: GuardTripDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `already-decided`' })
  async discard(
    @Param('name') name: string,
    @Param('id') id: string,
    @Body() { note }: GuardAnswerDto,
    @CallerParam() caller: Caller,
  ): Promise<GuardTripDto> {
    return tripAnswer(await this.guards.answer(name, guardKey(id), 'discarded', note ?? null, caller));
  }
}

function tripAnswer(row: GuardTripRow): GuardTripDto {
  const { id, window_ms, opened_at, closed_at, closed_by, sample, ...rest } = row;
  return {
    ...rest,
    id: publicId.guard(id),
    windowMs: window_ms,
    openedAt: opened_at.toISOString(),
    closedAt: closed_at?.toISOString() ?? null,
    closedBy: closed_by,
    sample: sample.map((one) => ({ ...one, record: publicId.record(one.record) })),
  };
}
