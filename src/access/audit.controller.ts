import { Body, Controller, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiProperty,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { dateTime } from '../common/api-schema.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { cursorSecret, PageCursors } from '../common/page-cursor.js';
import { PageQueryDto } from '../common/page-query.js';
import { Needs } from '../common/route-access.js';
import type { Json } from '../core/value.js';
import { HubPools } from '../database/pools.js';
import { auditRowsBefore, type AuditRow } from '../database/sql/access/audit.js';
import { run } from '../database/sql/statement.js';
import { AuditChainDto, VerifyAuditDto } from './audit-chain.dto.js';
import { AuditChainService } from './audit-chain.service.js';

export class AuditQueryDto extends PageQueryDto {
  @ApiProperty({ required: false, description: '`usr_…` or `tok_…`' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  actor?: string;

  @ApiProperty({ required: false, description: 'Such as `decision.made`' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  action?: string;

  @ApiProperty({ required: false, description: 'Id or name of what it was done to' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  object?: string;
}

export class AuditEventDto {
  @ApiProperty({ type: 'integer', description: 'Place in the chain' })
  seq!: number;

  @ApiProperty(dateTime)
  at!: string;

  @ApiProperty({ enum: ['person', 'token', 'command-line', 'service', 'nobody'] })
  actorKind!: string;

  @ApiProperty({ type: String, nullable: true })
  actorId!: string | null;

  @ApiProperty()
  actorName!: string;

  @ApiProperty()
  action!: string;

  @ApiProperty({ type: String, nullable: true })
  object!: string | null;

  @ApiProperty({ type: String, nullable: true })
  pipeline!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true })
  detail!: Json;

  @ApiProperty({ type: String, nullable: true })
  address!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The X-Request-Id of the answer, and of the log lines',
  })
  requestId!: string | null;
}

export class AuditPageDto {
  @ApiProperty({ type: [AuditEventDto] })
  items!: readonly AuditEventDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** What was done, by whom. `accord audit verify` proves that nothing in it was changed. */
@ApiTags('audit')
@Controller('audit-events')
export class AuditController {
  readonly #cursors: PageCursors;

  constructor(
    private readonly pools: HubPools,
    private readonly chain: AuditChainService,
  ) {
    this.#cursors = new PageCursors(cursorSecret(pools.url));
  }

  @Get()
  @Needs('audit:read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The audit log, newest first' })
  @ApiOkResponse({ type: AuditPageDto })
  @ApiBadRequestResponse({ description: 'Problem `malformed`: the cursor belongs to another filter' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  async list(@Query() { actor, action, object, limit, cursor }: AuditQueryDto): Promise<AuditPageDto> {
    const filter = ['audit', actor ?? null, action ?? null, object ?? null];
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : this.#cursors.read(filter, cursor)[0];
    const rows = await run(this.pools.general, auditRowsBefore, [
      before,
      actor ?? null,
      action ?? null,
      object ?? null,
      limit + 1,
    ]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { items: page.map(eventAnswer), next: more ? this.#cursors.write(filter, [last.seq]) : null };
  }

  @Get('chain')
  @Needs('audit:read')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Where the chain ends, and how far and when it was last proved to be whole' })
  @ApiOkResponse({ type: AuditChainDto })
  state(): Promise<AuditChainDto> {
    return this.chain.state();
  }

  @Post('chain/verify')
  @Needs('audit:read')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Prove that nothing was changed, removed or inserted, as `accord audit verify` does; up to 100,000 rows',
  })
  @ApiOkResponse({ type: AuditChainDto })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  @ApiResponse({ status: 423, description: 'Problem `leased`: somebody else is looking' })
  verify(@Body() { from }: VerifyAuditDto, @CallerParam() caller: Caller): Promise<AuditChainDto> {
    return this.chain.verify(from, caller);
  }
}

function eventAnswer(row: AuditRow): AuditEventDto {
  return {
    seq: row.seq,
    at: row.at,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    actorName: row.actor_name,
    action: row.action,
    object: row.object,
    pipeline: row.pipeline,
    detail: JSON.parse(row.detail) as Json,
    address: row.address,
    requestId: row.request_id,
  };
}
