import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '../../common/api-doc.js';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import type { Response } from 'express';
import { CallerParam, type Caller } from '../../common/caller.js';
import { Needs } from '../../common/route-access.js';
import { ConflictDto, QueueFilterDto } from '../conflict.dto.js';
import { FacetsDto } from './facets.dto.js';
import { FacetsService } from './facets.service.js';
import { NextService } from './next.service.js';
import { viewerOf } from './viewer.js';
import { PersonRefDto } from './work.dto.js';
import { WorkService } from './work.service.js';

export class FacetsQueryDto extends QueueFilterDto {
  @ApiProperty({ required: false, description: 'Name of a pipeline' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  pipeline?: string;

  @ApiProperty({ required: false, description: 'Name of a field or group' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  unit?: string;

  @ApiProperty({ required: false, enum: ['open', 'snoozed', 'held', 'closed'] })
  @IsOptional()
  @Matches(/^(open|snoozed|held|closed)$/, { message: 'must be open, snoozed, held or closed' })
  state?: 'open' | 'snoozed' | 'held' | 'closed';
}

export class AheadQueryDto extends QueueFilterDto {
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 10, default: 5 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10)
  limit = 5;
}

export class NextDto {
  @ApiProperty({ type: ConflictDto })
  conflict!: ConflictDto;
}

export class AheadDto {
  @ApiProperty({ type: [ConflictDto] })
  items!: ConflictDto[];
}

export class ReviewersDto {
  @ApiProperty({ type: [PersonRefDto] })
  items!: PersonRefDto[];
}

/** The queue as something to be worked off. Routes whose names could be taken for ids stand before those with one. */
@ApiTags('conflicts')
@Controller()
export class QueueController {
  constructor(
    private readonly facetsOf: FacetsService,
    private readonly nextOf: NextService,
    private readonly items: WorkService,
  ) {}

  @Get('conflicts/facets')
  @Needs('conflicts:read', 'filtered')
  @ApiOperation({ summary: 'How many items there are of each sort, from counters' })
  @ApiOkResponse({ type: FacetsDto })
  @ApiBadRequestResponse({ description: 'Problem `filter-invalid` with the position' })
  @ApiNotFoundResponse({ description: 'Problem `not-found`: no such pipeline' })
  facets(@Query() query: FacetsQueryDto, @CallerParam() caller: Caller): Promise<FacetsDto> {
    return this.facetsOf.facets(query, viewerOf(caller));
  }

  @Get('conflicts/next')
  @Needs('conflicts:resolve', 'filtered')
  @ApiOperation({ summary: 'What would come next, in full, to have it at hand: nothing is claimed by it' })
  @ApiOkResponse({ type: AheadDto })
  @ApiBadRequestResponse({ description: 'Problem `filter-invalid` with the position' })
  async ahead(
    @Query() { filter, limit }: AheadQueryDto,
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AheadDto> {
    response.setHeader('Cache-Control', 'no-store');
    return { items: await this.nextOf.ahead(filter ?? '', caller, limit) };
  }

  @Post('conflicts/next')
  @Needs('conflicts:resolve', 'filtered')
  @ApiOperation({
    summary:
      'The next item, claimed for five minutes: by priority, due date and age, leaving out what others hold',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again: the same item' })
  @ApiOkResponse({ type: NextDto })
  @ApiNoContentResponse({ description: 'There is nothing for the caller' })
  @ApiBadRequestResponse({ description: 'Problem `filter-invalid` with the position' })
  async next(
    @Body() { filter }: QueueFilterDto,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<NextDto | undefined> {
    const conflict = await this.nextOf.take({ filter: filter ?? '', caller, idempotencyKey });
    response.status(conflict === null ? 204 : 200);
    return conflict === null ? undefined : { conflict };
  }

  @Get('pipelines/:name/reviewers')
  @Needs('conflicts:resolve', { param: 'name' })
  @ApiOperation({ summary: 'People who may decide there: whom one can assign to, or ask' })
  @ApiOkResponse({ type: ReviewersDto })
  async reviewers(@Param('name') name: string): Promise<ReviewersDto> {
    return { items: await this.items.reviewers(name) };
  }
}
