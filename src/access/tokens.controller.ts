import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { publicId } from '../common/public-ids.js';
import { SignedIn } from '../common/route-access.js';
import { actorOf } from '../database/audit.js';
import type { TokenRow } from '../database/sql/access/tokens.js';
import { MakeTokenDto, NewTokenDto, TokenDto, TokenListDto } from './token.dto.js';
import { TokensService } from './tokens.service.js';

/** Your own API tokens. */
@ApiTags('tokens')
@Controller('tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Get()
  @SignedIn()
  @ApiOperation({ summary: 'Your tokens, newest first; those that ended more than 30 days ago are left out' })
  @ApiOkResponse({ type: TokenListDto })
  async list(@CallerParam() { personId }: Caller): Promise<TokenListDto> {
    return { items: (await this.tokens.list(personId)).map(tokenAnswer) };
  }

  @Post()
  @SignedIn()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Make a token; it is shown in this answer and never again' })
  @ApiCreatedResponse({ type: NewTokenDto })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  async make(@Body() input: MakeTokenDto, @CallerParam() caller: Caller): Promise<NewTokenDto> {
    const { row, secret } = await this.tokens.make(caller.personId, input, actorOf(caller));
    return { token: tokenAnswer(row), secret };
  }

  @Delete(':id')
  @SignedIn()
  @HttpCode(200)
  @ApiOperation({ summary: 'Revoke a token, at once and for good' })
  @ApiOkResponse({ type: TokenDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async revoke(@Param('id') id: string, @CallerParam() caller: Caller): Promise<TokenDto> {
    return tokenAnswer(await this.tokens.revoke(caller.personId, id, actorOf(caller)));
  }
}

function tokenAnswer(row: TokenRow): TokenDto {
  return {
    id: publicId.token(row.id),
    name: row.name,
    begins: `accord_${row.prefix}_`,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
    usedAt: row.used_at?.toISOString() ?? null,
  };
}
