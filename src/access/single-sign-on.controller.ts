import { Controller, Get, Header, HttpCode, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '../common/api-doc.js';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { Request, Response } from 'express';
import { AppError } from '../common/errors.js';
import { Public } from '../common/route-access.js';
import { AccessSettings } from './access-settings.js';
import { baseAddress } from './base-address.js';
import { clearCookie, readCookie, setCookie } from './cookies.js';
import { flowMs, SingleSignOn } from './single-sign-on.service.js';

export class ReturnToDto {
  @ApiProperty({ required: false, description: 'Path of the screen to go to afterwards' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  returnTo?: string;
}

/** For browsers, which follow: an answer here is a redirect. */
@ApiTags('session')
@Controller('session/single-sign-on')
export class SingleSignOnController {
  constructor(
    private readonly singleSignOn: SingleSignOn,
    private readonly settings: AccessSettings,
  ) {}

  @Get()
  @Public()
  @HttpCode(302)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Go to the identity provider' })
  @ApiResponse({
    status: 302,
    description: 'To the provider; or to the sign-in page, which says what is wrong',
  })
  async begin(
    @Query() { returnTo = '/' }: ReturnToDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    try {
      const callback = this.#here(request, '/callback');
      const { address, browser } = await this.singleSignOn.begin(callback, ownPath(returnTo));
      setCookie(response, 'oidc', browser, flowMs, this.settings);
      response.redirect(address);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'identity-provider-failed') throw error;
      response.redirect('/sign-in?problem=unreachable');
    }
  }

  @Get('callback')
  @Public()
  @HttpCode(302)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Come back from the identity provider' })
  @ApiResponse({
    status: 302,
    description: 'To the screen, signed in; or to the sign-in page, which says what is wrong',
  })
  async end(@Req() request: Request, @Res() response: Response): Promise<void> {
    const browser = readCookie(request, 'oidc', this.settings);
    clearCookie(response, 'oidc', this.settings);
    const answer = new URL(this.#here(request, '/callback'));
    answer.search = new URL(request.originalUrl, answer).search;
    const outcome = await this.singleSignOn.end(request, browser, answer);
    if ('refusal' in outcome) {
      response.redirect(`/sign-in?problem=${outcome.refusal}`);
      return;
    }
    setCookie(response, 'session', outcome.secret, this.settings.longestMs, this.settings);
    response.redirect(outcome.returnTo);
  }

  #here(request: Request, path: string): string {
    return `${baseAddress(this.settings.env, request)}/api/v1/session/single-sign-on${path}`;
  }
}

/** A path of ours, whatever was asked for: nobody is sent elsewhere from here. */
export function ownPath(path: string): string {
  const base = 'http://own.invalid';
  if (!URL.canParse(path, base)) return '/';
  const { origin, pathname, search } = new URL(path, base);
  return origin === base && !pathname.startsWith('//') ? pathname + search : '/';
}
