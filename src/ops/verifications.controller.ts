import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { PageQueryDto } from '../common/page-query.js';
import { Needs } from '../common/route-access.js';
import { sightOf } from '../common/veil.js';
import {
  AskVerificationDto,
  DifferencePageDto,
  DifferenceQueryDto,
  VerificationDto,
  VerificationPageDto,
} from './verification.dto.js';
import { VerificationsService } from './verifications.service.js';

/** Comparisons of both sides with what is held of them, and their certificates. */
@ApiTags('pipelines')
@Controller('pipelines/:name/verifications')
export class VerificationsController {
  constructor(private readonly verifications: VerificationsService) {}

  @Post()
  @Needs('ops:run', { param: 'name' })
  @HttpCode(202)
  @ApiOperation({
    summary: 'Compare both sides with what is held of them; where that goes on already, that one it is',
  })
  @ApiAcceptedResponse({ type: VerificationDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async ask(
    @Param('name') name: string,
    @Body() { repair }: AskVerificationDto,
    @CallerParam() caller: Caller,
  ): Promise<VerificationDto> {
    return this.verifications.ask(name, repair ?? false, caller);
  }

  @Get()
  @Needs('pipelines:read', { param: 'name' })
  @ApiOperation({ summary: 'Verifications, newest first' })
  @ApiOkResponse({ type: VerificationPageDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async list(@Param('name') name: string, @Query() query: PageQueryDto): Promise<VerificationPageDto> {
    return this.verifications.list(name, query);
  }

  @Get(':id')
  @Needs('pipelines:read', { param: 'name' })
  @ApiOperation({ summary: 'One verification: how far it is, or its certificate' })
  @ApiOkResponse({ type: VerificationDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async get(@Param('name') name: string, @Param('id') id: string): Promise<VerificationDto> {
    return this.verifications.get(name, id);
  }

  @Get(':id/differences')
  @Needs('records:read', { param: 'name' })
  @ApiOperation({ summary: 'What differed, why, and with which values; in the order of the certificate' })
  @ApiOkResponse({ type: DifferencePageDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async differences(
    @Param('name') name: string,
    @Param('id') id: string,
    @Query() query: DifferenceQueryDto,
    @CallerParam() caller: Caller,
  ): Promise<DifferencePageDto> {
    return this.verifications.differences(name, id, query, sightOf(caller, query));
  }
}
