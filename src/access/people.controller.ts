import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPreconditionFailedResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import type { Request, Response } from 'express';
import { CallerParam, type Caller } from '../common/caller.js';
import { acceptedTags } from '../common/if-match.js';
import { publicId } from '../common/public-ids.js';
import { Needs } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import type { PersonRow } from '../database/sql/access/people.js';
import { AccessSettings } from './access-settings.js';
import { baseAddress } from './base-address.js';
import { linkAddress } from '../common/one-time-secret.js';
import { etagOf, PeopleService, type MadeLink } from './people.service.js';
import {
  ChangePersonDto,
  InvitedDto,
  InviteDto,
  OneTimeLinkDto,
  PeopleDto,
  PersonDto,
} from './person.dto.js';

/** Who there is. Nobody is ever deleted: what they did stays theirs. */
@ApiTags('people')
@Controller('people')
export class PeopleController {
  constructor(
    private readonly people: PeopleService,
    private readonly settings: AccessSettings,
  ) {}

  @Get()
  @Needs('people:manage')
  @ApiOperation({ summary: 'Everybody, by name' })
  @ApiOkResponse({ type: PeopleDto })
  async list(): Promise<PeopleDto> {
    return { items: (await this.people.list()).map(personAnswer) };
  }

  @Post()
  @Needs('people:manage')
  @ApiOperation({
    summary: 'Invite somebody; the answer holds the one-time link to give to them, which is shown once',
  })
  @ApiCreatedResponse({ type: InvitedDto })
  @ApiConflictResponse({ description: 'Problem `taken`: there is somebody with this address' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  async invite(
    @Body() input: InviteDto,
    @CallerParam() caller: Caller,
    @Req() request: Request,
  ): Promise<InvitedDto> {
    const { person, link } = await this.people.invite(input, caller);
    return { person: personAnswer(person), link: this.#linkAnswer(link, request) };
  }

  @Get(':id')
  @Needs('people:manage')
  @ApiOperation({ summary: 'One person' })
  @ApiOkResponse({ type: PersonDto, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async get(@Param('id') id: string, @Res({ passthrough: true }) response: Response): Promise<PersonDto> {
    const person = await this.people.get(id);
    response.setHeader('ETag', etagOf(person));
    return personAnswer(person);
  }

  @Patch(':id')
  @Needs('people:manage')
  @ApiOperation({
    summary: 'Change name or roles, disable or enable; it holds from the next request of the person on',
  })
  @ApiHeader({ name: 'If-Match', required: true, description: 'ETag of the person as they were shown' })
  @ApiOkResponse({ type: PersonDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `last-admin`' })
  @ApiPreconditionFailedResponse({ description: 'Problem `stale`' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  async change(
    @Param('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() input: ChangePersonDto,
    @CallerParam() caller: Caller,
  ): Promise<PersonDto> {
    return personAnswer(await this.people.change(id, acceptedTags(ifMatch), input, caller));
  }

  @Post(':id/one-time-link')
  @HttpCode(201)
  @Needs('people:manage')
  @ApiOperation({
    summary: 'A link with which the person chooses a new password; the one before it becomes useless',
  })
  @ApiCreatedResponse({ type: OneTimeLinkDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async link(
    @Param('id') id: string,
    @CallerParam() caller: Caller,
    @Req() request: Request,
  ): Promise<OneTimeLinkDto> {
    return this.#linkAnswer(await this.people.newLink(id, actorOf(caller)), request);
  }

  @Post(':id/mail-again')
  @HttpCode(200)
  @Needs('people:manage')
  @ApiOperation({ summary: 'Send mails to their address again, which the mail server has refused' })
  @ApiOkResponse({ type: PersonDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async mailAgain(@Param('id') id: string, @CallerParam() caller: Caller): Promise<PersonDto> {
    return personAnswer(await this.people.mailAgain(id, actorOf(caller)));
  }

  #linkAnswer({ secret, expiresAt, mailedTo }: MadeLink, request: Request): OneTimeLinkDto {
    return {
      address: linkAddress(baseAddress(this.settings.env, request), secret),
      expiresAt: expiresAt.toISOString(),
      mailedTo,
    };
  }
}

function personAnswer(row: PersonRow): PersonDto {
  return {
    id: publicId.person(row.id),
    email: row.email,
    name: row.name,
    state: row.state,
    demo: row.demo,
    hasPassword: row.has_password,
    singleSignOn: row.single_sign_on,
    grants: row.grants,
    lastSignInAt: row.last_login_at?.toISOString() ?? null,
    mailRefused:
      row.mail_refused === null
        ? null
        : { since: new Date(row.mail_refused.since).toISOString(), reason: row.mail_refused.reason },
    etag: etagOf(row),
  };
}
