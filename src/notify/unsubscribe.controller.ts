import { Controller, Get, Header, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiFoundResponse,
  ApiGoneResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '../common/api-doc.js';
import type { Request, Response } from 'express';
import { AppError } from '../common/errors.js';
import { Public } from '../common/route-access.js';
import type { AuditActor } from '../database/audit.js';
import { Signer } from '../database/signer.js';
import { UNSUBSCRIBE } from './mail-writer.js';
import { PreferencesService } from './preferences.service.js';

export class UnsubscribeDto {
  @ApiProperty({ description: 'What the mails are about: an event, or `digest`' })
  kind!: string;

  @ApiProperty({ description: 'Whether they have been ended by this request' })
  ended!: boolean;
}

const gone = { description: 'Problem `link-invalid`' };

/**
 * The address in `List-Unsubscribe` (RFC 8058): mail programs POST to it without anybody having signed in; what follows links only GETs it,
 * which changes nothing. The signature says whose mails of which kind.
 */
@ApiTags('notifications')
@Controller('unsubscribe')
export class UnsubscribeController {
  constructor(
    private readonly signer: Signer,
    private readonly preferences: PreferencesService,
  ) {}

  @Get(':token')
  @Public()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'What mails it would end; changes nothing. A browser is sent to the page that asks',
  })
  @ApiOkResponse({ type: UnsubscribeDto })
  @ApiFoundResponse({ description: 'For browsers' })
  @ApiGoneResponse(gone)
  async look(
    @Param('token') token: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<UnsubscribeDto | undefined> {
    const { kind } = await this.#read(token);
    if (request.accepts(['json', 'html']) !== 'html') return { kind, ended: false };
    response.redirect(302, `/unsubscribe#${token}`);
    return undefined;
  }

  @Post(':token')
  @Public()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'End mails of this kind to this person; doing it twice is doing it once' })
  @ApiOkResponse({ type: UnsubscribeDto })
  @ApiGoneResponse(gone)
  async end(@Param('token') token: string, @Req() request: Request): Promise<UnsubscribeDto> {
    const { personId, kind } = await this.#read(token);
    await this.preferences.unsubscribe(personId, kind, nobody(request));
    return { kind, ended: true };
  }

  /** @throws AppError `link-invalid` */
  async #read(token: string): Promise<{ readonly personId: string; readonly kind: string }> {
    const text = await this.signer.verify(UNSUBSCRIBE, token);
    const [personId = '', kind = ''] = text?.split('|') ?? [];
    if (text === null)
      throw new AppError('link-invalid', 'This is not an address from a mail of this service.');
    return { personId, kind };
  }
}

function nobody(request: Request): AuditActor {
  const requestId = (request as Request & { readonly id?: unknown }).id;
  return {
    kind: 'nobody',
    id: null,
    personId: null,
    name: 'unsubscription by mail',
    address: request.ip?.replace(/^::ffff:/, '') ?? null,
    requestId: typeof requestId === 'string' ? requestId : null,
  };
}
