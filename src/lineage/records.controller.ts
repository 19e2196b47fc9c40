import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import { CallerParam, pipelinesWithin, type Caller } from '../common/caller.js';
import { Needs } from '../common/route-access.js';
import { RevealQueryDto, sightOf } from '../common/veil.js';
import { ExplanationService } from './explanation.service.js';
import { ExplanationDto, LineagePageDto, LineageQueryDto } from './lineage.dto.js';
import { LineageService } from './lineage.service.js';
import { RecordListService } from './record-list.service.js';
import { AsOfQueryDto, LookupQueryDto, RecordDto, RecordPageDto, RecordQueryDto } from './record.dto.js';
import { RecordsService } from './records.service.js';
import { WhyDto } from './why.dto.js';
import { WhyService } from './why.service.js';

/** Records that are linked across both systems, and their history. */
@ApiTags('records')
@Controller()
export class RecordsController {
  constructor(
    private readonly records: RecordsService,
    private readonly lists: RecordListService,
    private readonly lineage: LineageService,
    private readonly explanations: ExplanationService,
    private readonly whys: WhyService,
  ) {}

  @Get('records')
  @Needs('records:read', 'filtered')
  @ApiOperation({ summary: 'Records in the order in which they were linked, or those that match q' })
  @ApiOkResponse({ type: RecordPageDto })
  @ApiBadRequestResponse({ description: 'Problem `malformed`: the cursor belongs to another filter' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  list(@Query() query: RecordQueryDto, @CallerParam() caller: Caller): Promise<RecordPageDto> {
    return this.lists.list(query, pipelinesWithin(caller, 'records:read'), sightOf(caller));
  }

  @Get('records\\:lookup')
  @Needs('records:read', { query: 'pipeline' })
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The record that has this id in a system' })
  @ApiOkResponse({ type: RecordDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  lookup(@Query() query: LookupQueryDto, @CallerParam() caller: Caller): Promise<RecordDto> {
    return this.records.lookup(query, pipelinesWithin(caller, 'records:read'), sightOf(caller, query));
  }

  @Get('records/:id')
  @Needs('records:read', { of: 'record' })
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary:
      'One record: what each system holds, what both are to hold, and why; now or as it was known at a time',
  })
  @ApiOkResponse({ type: RecordDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  get(
    @Param('id') id: string,
    @Query() query: AsOfQueryDto,
    @CallerParam() caller: Caller,
  ): Promise<RecordDto> {
    return this.records.get(id, query.asOf, pipelinesWithin(caller, 'records:read'), sightOf(caller, query));
  }

  @Get('records/:id/why')
  @Needs('records:read', { of: 'record' })
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Why it is not in sync, or that it is: what stops it, what it waits for, what can be done',
  })
  @ApiOkResponse({ type: WhyDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  why(
    @Param('id') id: string,
    @Query() reveal: RevealQueryDto,
    @CallerParam() caller: Caller,
  ): Promise<WhyDto> {
    return this.whys.why(id, pipelinesWithin(caller, 'records:read'), sightOf(caller, reveal));
  }

  @Get('records/:id/lineage')
  @Needs('lineage:read', { of: 'record' })
  @ApiOperation({ summary: 'What happened to it, newest first' })
  @ApiOkResponse({ type: LineagePageDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  history(
    @Param('id') id: string,
    @Query() query: LineageQueryDto,
    @CallerParam() caller: Caller,
  ): Promise<LineagePageDto> {
    return this.lineage.list(id, query, pipelinesWithin(caller, 'records:read'), sightOf(caller, query));
  }

  @Get('records/:id/fields/:field/explanation')
  @Needs('lineage:read', { of: 'record' })
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Why this value stands, from the history alone' })
  @ApiOkResponse({ type: ExplanationDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  explain(
    @Param('id') id: string,
    @Param('field') field: string,
    @Query() reveal: RevealQueryDto,
    @CallerParam() caller: Caller,
  ): Promise<ExplanationDto> {
    const visible = pipelinesWithin(caller, 'records:read');
    return this.explanations.explain(id, field, visible, sightOf(caller, reveal));
  }
}
