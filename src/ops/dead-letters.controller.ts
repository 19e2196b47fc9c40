import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '../common/api-doc.js';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { CallerParam, pipelinesWithin, type Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { Needs } from '../common/route-access.js';
import { mentionedIn, withTargetNames } from '../common/target-names.js';
import { RevealQueryDto, sightOf } from '../common/veil.js';
import { actorOf, appendAudit } from '../database/audit.js';
import type { Look } from '../database/look.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { recordTargets } from '../database/record-targets.js';
import { deadLetters, retryDeadLetters, type DeadLetterGroup } from '../database/sql/dead-letters.js';
import { Veils } from '../database/veils.js';
import { inTransaction, retryingDeadlocks } from '../database/transaction.js';
import { PipelinesService } from './pipelines.service.js';

export class DeadLetterDto {
  @ApiProperty({ description: 'Stable code of the refusal' })
  code!: string;

  @ApiProperty({ description: 'The field or group' })
  unit!: string;

  @ApiProperty({ enum: ['A', 'B'], description: 'The side that refused' })
  side!: 'A' | 'B';

  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  firstAt!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  lastAt!: string;

  @ApiProperty({ description: 'What the side said, of the newest' })
  detail!: string;

  @ApiProperty({ type: [String], description: 'Up to five records, newest first' })
  records!: string[];
}

export class DeadLetterListDto {
  @ApiProperty({ type: [DeadLetterDto] })
  items!: DeadLetterDto[];

  @ApiProperty({ description: 'What sides said is covered in this answer: it may repeat personal data' })
  covered!: boolean;
}

/** Without a member: all of the pipeline. */
export class RetryDto {
  @ApiProperty({ required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  code?: string;

  @ApiProperty({ required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  unit?: string;

  @ApiProperty({ required: false, pattern: '^rec_\\d{1,15}$' })
  @IsOptional()
  @Matches(/^rec_\d{1,15}$/, { message: 'must be the id of a record, such as rec_42' })
  record?: string;
}

export class RetriedDto {
  @ApiProperty({ type: 'integer', description: 'Units that are tried again' })
  retried!: number;
}

/** Units that a side refused. They are held alone, so their records flow on. */
@ApiTags('pipelines')
@Controller('pipelines/:name/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly pipelines: PipelinesService,
    private readonly clock: Clock,
    private readonly veils: Veils,
  ) {}

  @Get()
  @Needs('pipelines:read', { param: 'name' })
  @ApiOperation({ summary: 'What sides refused, grouped by cause' })
  @ApiOkResponse({ type: DeadLetterListDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async list(
    @Param('name') name: string,
    @Query() reveal: RevealQueryDto,
    @CallerParam() caller: Caller,
  ): Promise<DeadLetterListDto> {
    const { id } = await this.pipelines.get(name);
    const look = this.veils.look(sightOf(caller, reveal));
    const veil = await look.over(id);
    const groups = (await deadLetters(this.pools.general, id)).map((group) => ({
      ...group,
      detail: veil.said(group.detail),
    }));
    const named = await this.#targetNames(id, groups, pipelinesWithin(caller, 'records:read'), look);
    await look.note(name, { shown: 'dead-letters' });
    return {
      items: groups.map(({ first_at, last_at, records, ...group }) => ({
        ...group,
        detail: named(group),
        firstAt: first_at.toISOString(),
        lastAt: last_at.toISOString(),
        records: records.map((link) => `rec_${link}`),
      })),
      covered: veil.covered,
    };
  }

  @Post('retry')
  @Needs('ops:run', { param: 'name' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Try again: all, or those of a cause, a unit, a record' })
  @ApiOkResponse({ type: RetriedDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  async retry(
    @Param('name') name: string,
    @Body() { code, unit, record }: RetryDto,
    @CallerParam() caller: Caller,
  ): Promise<RetriedDto> {
    const { id } = await this.pipelines.get(name);
    const selection = {
      code: code ?? null,
      unit: unit ?? null,
      linkId: record === undefined ? null : Number(record.slice('rec_'.length)),
    };
    const retried = await retryingDeadlocks(() =>
      inTransaction(this.pools.general, async (client) => {
        const count = await retryDeadLetters(client, id, selection);
        await appendAudit(client, this.clock.now(), {
          actor: actorOf(caller),
          action: 'dead-letters.retried',
          object: name,
          pipeline: name,
          detail: { code: code ?? null, unit: unit ?? null, record: record ?? null, retried: count },
        });
        return count;
      }),
    );
    await this.pipelines.announce(name);
    return { retried };
  }

  /** What a side said of a reference names records by their ids. */
  async #targetNames(
    id: number,
    groups: readonly DeadLetterGroup[],
    visible: readonly string[] | null,
    look: Look,
  ): Promise<(group: Pick<DeadLetterGroup, 'unit' | 'detail'>) => string> {
    const mentioned = mentionedIn(groups.map(({ detail }) => detail));
    if (mentioned.length === 0) return ({ detail }) => detail;
    const [{ unit }, targets] = await Promise.all([
      this.plans.planOf(id),
      recordTargets(this.pools, this.plans, mentioned, visible, look),
    ]);
    return (group) =>
      unit.get(group.unit)?.reference === undefined ? group.detail : withTargetNames(group.detail, targets);
  }
}
