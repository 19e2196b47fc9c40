import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
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
import {
  LinkDto,
  LinkOrderDto,
  LinkOrderedDto,
  MergedAnswerDto,
  MergedDto,
  UnlinkDto,
  UnlinkedDto,
} from './links.dto.js';
import { LinksService } from './links.service.js';

/** Which records are the same. */
@ApiTags('records')
@Controller()
export class LinksController {
  constructor(private readonly links: LinksService) {}

  @Post('records/:id/unlink')
  @HttpCode(200)
  @Needs('conflicts:resolve', { of: 'record' })
  @ApiOperation({ summary: 'End a link: both records stay, and no rule links the two again' })
  @ApiOkResponse({ type: UnlinkedDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `not-linked`' })
  unlink(
    @Param('id') id: string,
    @Body() input: UnlinkDto,
    @CallerParam() caller: Caller,
  ): Promise<UnlinkedDto> {
    return this.links.unlink(id, input, actorOf(caller));
  }

  @Post('records/:id/merged')
  @HttpCode(200)
  @Needs('conflicts:resolve', { of: 'record' })
  @ApiOperation({ summary: 'A side has merged this record into another of its own' })
  @ApiOkResponse({ type: MergedAnswerDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `not-linked`' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  merged(
    @Param('id') id: string,
    @Body() input: MergedDto,
    @CallerParam() caller: Caller,
  ): Promise<MergedAnswerDto> {
    return this.links.merged(id, input, actorOf(caller));
  }

  @Post('pipelines/:name/links')
  @HttpCode(202)
  @Needs('conflicts:resolve', { param: 'name' })
  @ApiOperation({ summary: 'Link two records, also two that were said not to be the same' })
  @ApiAcceptedResponse({ type: LinkOrderedDto, description: 'The pipeline does so in a moment' })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `linked-already`: a link of one of them must be ended first' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  link(
    @Param('name') name: string,
    @Body() input: LinkDto,
    @CallerParam() caller: Caller,
  ): Promise<LinkOrderedDto> {
    return this.links.link(name, input, actorOf(caller));
  }

  @Get('pipelines/:name/links/:order')
  @Needs('records:read', { param: 'name' })
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'What became of an order to link two records; kept for 30 days' })
  @ApiOkResponse({ type: LinkOrderDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  order(@Param('name') name: string, @Param('order') order: string): Promise<LinkOrderDto> {
    return this.links.order(name, order);
  }
}
