import { Body, Controller, Delete, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiGoneResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import type { Request, Response } from 'express';
import { CallerParam, type Caller } from '../common/caller.js';
import { Public, SignedIn } from '../common/route-access.js';
import { AccessSettings } from './access-settings.js';
import { clearCookie, setCookie } from './cookies.js';
import { Me } from './me.js';
import {
  ChangePasswordDto,
  LookAtLinkDto,
  SeenLinkDto,
  SessionDto,
  SignInDto,
  UseLinkDto,
} from './session.dto.js';
import { SessionsService } from './sessions.service.js';
import { WelcomeService } from './welcome.service.js';

const tooMany = { description: 'Problem `too-many-attempts`; Retry-After says when' };

/** Signing in and out, by a browser. Programs send a token instead. */
@ApiTags('session')
@Controller()
export class SessionController {
  constructor(
    private readonly me: Me,
    private readonly sessions: SessionsService,
    private readonly welcome: WelcomeService,
    private readonly settings: AccessSettings,
  ) {}

  @Get('session')
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Who am I, what may I, and how could I sign in' })
  @ApiOkResponse({ type: SessionDto })
  get(@Req() request: Request): Promise<SessionDto> {
    return this.me.answer(request);
  }

  @Post('session')
  @Public()
  @HttpCode(201)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Sign in by a password; sets a cookie that scripts cannot read' })
  @ApiCreatedResponse({ type: SessionDto })
  @ApiUnauthorizedResponse({ description: 'Problem `sign-in-refused`, the same for whatever is wrong' })
  @ApiTooManyRequestsResponse(tooMany)
  async signIn(
    @Body() { email, password }: SignInDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionDto> {
    return this.#begin(await this.sessions.signIn(request, email, password), request, response);
  }

  @Delete('session')
  @SignedIn()
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign out' })
  @ApiOkResponse({ type: SessionDto })
  async signOut(
    @CallerParam() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionDto> {
    await this.sessions.signOut(caller);
    clearCookie(response, 'session', this.settings);
    return this.me.signedOut();
  }

  @Post('session/password')
  @SignedIn()
  @HttpCode(200)
  @ApiOperation({ summary: 'Change your password; every other browser is signed out' })
  @ApiOkResponse({ type: SessionDto })
  @ApiTooManyRequestsResponse(tooMany)
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`: too short, or easily guessed' })
  async changePassword(
    @Body() { present, next }: ChangePasswordDto,
    @CallerParam() caller: Caller,
    @Req() request: Request,
  ): Promise<SessionDto> {
    await this.sessions.changePassword(caller, present, next);
    return this.me.answer(request);
  }

  @Post('one-time-links/look')
  @Public()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'What a one-time link is for; does not use it up' })
  @ApiOkResponse({ type: SeenLinkDto })
  @ApiGoneResponse({ description: 'Problem `link-invalid`' })
  look(@Body() { secret }: LookAtLinkDto): Promise<SeenLinkDto> {
    return this.welcome.look(secret);
  }

  @Post('one-time-links/use')
  @Public()
  @HttpCode(201)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Become the first admin, or choose a password, and be signed in' })
  @ApiCreatedResponse({ type: SessionDto })
  @ApiGoneResponse({ description: 'Problem `link-invalid`' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`; the link stays good' })
  async use(
    @Body() input: UseLinkDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionDto> {
    return this.#begin(await this.welcome.use(request, input), request, response);
  }

  async #begin(secret: string, request: Request, response: Response): Promise<SessionDto> {
    setCookie(response, 'session', secret, this.settings.longestMs, this.settings);
    return this.me.ofSession(secret, request);
  }
}
