import { Body, Controller, Header, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiGoneResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPreconditionFailedResponse,
  ApiTags,
} from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { Needs } from '../common/route-access.js';
import { AnswerLinkDto, FollowAnswerLinkDto } from './answer-link.dto.js';
import { AnswerLinkService } from './answer-link.service.js';
import { DecisionDto } from './decision.dto.js';

const gone = { description: 'Problem `link-invalid`: used, expired, or not from a mail about this conflict' };

/** Where links in mails lead. No GET: what follows links decides nothing, and neither does looking. */
@ApiTags('conflicts')
@Controller('conflicts/:id/answer-link')
export class AnswerLinkController {
  constructor(private readonly links: AnswerLinkService) {}

  @Post('look')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'What a link in a mail would do, and what has changed since; does not use it up' })
  @ApiOkResponse({ type: AnswerLinkDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiGoneResponse(gone)
  look(
    @Param('id') id: string,
    @Body() { token }: FollowAnswerLinkDto,
    @CallerParam() caller: Caller,
  ): Promise<AnswerLinkDto> {
    return this.links.look(id, token, caller);
  }

  @Post('use')
  @Needs('conflicts:resolve', { of: 'conflict' })
  @HttpCode(201)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Decide as the link says; it works once, for the person it was sent to, on what the mail showed',
  })
  @ApiCreatedResponse({ type: DecisionDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `already-decided`' })
  @ApiPreconditionFailedResponse({
    description: 'Problem `stale`, with the conflict as it now is in `current`',
  })
  @ApiGoneResponse(gone)
  use(
    @Param('id') id: string,
    @Body() { token }: FollowAnswerLinkDto,
    @CallerParam() caller: Caller,
  ): Promise<DecisionDto> {
    return this.links.use(id, token, caller);
  }
}
