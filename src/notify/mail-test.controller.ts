import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiConflictResponse, ApiOkResponse, ApiOperation, ApiTags } from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { Needs } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import { MailServerDto, MailTestDto } from './mail-test.dto.js';
import { MailTests } from './mail-tests.service.js';

/** The mail server, which the environment names (SMTP_URL). */
@ApiTags('connections')
@Controller('mail')
export class MailTestController {
  constructor(private readonly tests: MailTests) {}

  @Get()
  @Needs('connections:manage')
  @ApiOperation({ summary: 'The mail server that is set; without its password' })
  @ApiOkResponse({ type: MailServerDto })
  server(): MailServerDto {
    return this.tests.server();
  }

  @Post('test')
  @HttpCode(200)
  @Needs('connections:manage')
  @ApiOperation({
    summary: 'Send a mail to yourself, at once and past the outbox',
    description: 'What is wrong with the server is an answer, not a problem.',
  })
  @ApiOkResponse({ type: MailTestDto })
  @ApiConflictResponse({ description: 'Problem `mail-unconfigured`' })
  test(@CallerParam() caller: Caller): Promise<MailTestDto> {
    return this.tests.send(caller.personId, actorOf(caller));
  }
}
