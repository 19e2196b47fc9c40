import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPreconditionFailedResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import type { Response } from 'express';
import { CallerParam, type Caller } from '../common/caller.js';
import { acceptedTags } from '../common/if-match.js';
import { Needs } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import { ConnectionTestDto } from './connection-test.dto.js';
import { ConnectionTests } from './connection-tests.service.js';
import { ChangeConnectionDto, ConnectionDto, ConnectionsDto, NewConnectionDto } from './connection.dto.js';
import { ConnectionsService } from './connections.service.js';

const tooMany = { description: 'Problem `too-many-attempts`; `retryAfterSeconds` says when again' };

/** The systems that pipelines connect to: those of files, and those that are kept by hand. */
@ApiTags('connections')
@Controller('connections')
export class ConnectionsController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly tests: ConnectionTests,
  ) {}

  @Get()
  @Needs('connections:manage')
  @ApiOperation({ summary: 'All connections, by name; their secrets are never answered' })
  @ApiOkResponse({ type: ConnectionsDto })
  async list(): Promise<ConnectionsDto> {
    return { items: await this.connections.list(), canKeepSecrets: this.connections.canKeepSecrets };
  }

  @Post()
  @Needs('connections:manage')
  @ApiOperation({ summary: 'Keep a connection; pipeline files may name it from then on' })
  @ApiCreatedResponse({ type: ConnectionDto })
  @ApiConflictResponse({ description: 'Problem `taken`: there is one of this name' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid` or `connection-invalid`' })
  @ApiServiceUnavailableResponse({ description: 'Problem `master-key-missing`' })
  create(@Body() input: NewConnectionDto, @CallerParam() caller: Caller): Promise<ConnectionDto> {
    return this.connections.create(input, actorOf(caller));
  }

  @Get(':name')
  @Needs('connections:manage')
  @ApiOperation({ summary: 'One connection' })
  @ApiOkResponse({ type: ConnectionDto, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async get(
    @Param('name') name: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ConnectionDto> {
    const connection = await this.connections.get(name);
    if (connection.etag !== null) response.setHeader('ETag', connection.etag);
    return connection;
  }

  @Patch(':name')
  @Needs('connections:manage')
  @ApiOperation({
    summary: 'Change a connection that is kept by hand; the pipelines that use it are started anew with it',
    description:
      'A password that is kept goes only to where it was meant to go: with another host, port, account or encryption it must be given again.',
  })
  @ApiHeader({ name: 'If-Match', required: true, description: 'Its `etag`, as it was shown' })
  @ApiOkResponse({ type: ConnectionDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `connection-declared`: a file says it' })
  @ApiPreconditionFailedResponse({ description: 'Problem `stale`' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid` or `connection-invalid`' })
  @ApiServiceUnavailableResponse({ description: 'Problem `master-key-missing`' })
  change(
    @Param('name') name: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() input: ChangeConnectionDto,
    @CallerParam() caller: Caller,
  ): Promise<ConnectionDto> {
    return this.connections.change(name, acceptedTags(ifMatch), input, actorOf(caller));
  }

  @Delete(':name')
  @HttpCode(204)
  @Needs('connections:manage')
  @ApiOperation({ summary: 'Remove a connection that is kept by hand, and its secret' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({
    description: 'Problem `connection-in-use`, with `pipelines`; `connection-declared`: a file says it',
  })
  remove(@Param('name') name: string, @CallerParam() caller: Caller): Promise<void> {
    return this.connections.remove(name, actorOf(caller));
  }

  @Post('test')
  @HttpCode(200)
  @Needs('connections:manage')
  @ApiOperation({
    summary: 'Try a connection out before it is kept; nothing of it is stored',
    description:
      'What is wrong with the system is an answer, not a problem. That it was tried, and where, is audited.',
  })
  @ApiOkResponse({ type: ConnectionTestDto })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid` or `connection-invalid`' })
  @ApiTooManyRequestsResponse(tooMany)
  tryNew(@Body() input: NewConnectionDto, @CallerParam() caller: Caller): Promise<ConnectionTestDto> {
    return this.tests.tryNew(input, actorOf(caller));
  }

  @Post(':name/test')
  @HttpCode(200)
  @Needs('connections:manage')
  @ApiOperation({
    summary: 'Try a connection out, and what the pipelines that use it need; changes nothing there',
    description:
      'What is wrong with the system is an answer, not a problem. With settings: as it would be after that change, which is not stored; the password that is kept is used where none is given and it goes where it was meant to go.',
  })
  @ApiBody({ type: ChangeConnectionDto, required: false })
  @ApiOkResponse({ type: ConnectionTestDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({
    description: 'Problem `connection-declared`: a file says it, and settings were given',
  })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid` or `connection-invalid`' })
  @ApiTooManyRequestsResponse(tooMany)
  test(
    @Param('name') name: string,
    @Body() input: ChangeConnectionDto,
    @CallerParam() caller: Caller,
  ): Promise<ConnectionTestDto> {
    const asItIs = Object.values(input).every((value) => value === undefined);
    return asItIs
      ? this.tests.run(name, actorOf(caller))
      : this.tests.tryChange(name, input, actorOf(caller));
  }
}
