import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import { Clock } from '../common/clock.js';
import { Needs } from '../common/route-access.js';
import { HubPools } from '../database/pools.js';
import { lagHistory } from '../database/sql/lag-history.js';
import { run } from '../database/sql/statement.js';
import { FlowQueryDto } from './conflict-flow.dto.js';
import { LagHistoryDto } from './lag-history.dto.js';
import { PipelinesService } from './pipelines.service.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** 24 hours, and 14 days. */
const shown = { hour: { seconds: 15 * MINUTE, count: 96 }, day: { seconds: 4 * HOUR, count: 84 } } as const;

/** Whether the sides kept up, and when they did not. */
@ApiTags('pipelines')
@Controller('pipelines/:name/lag-history')
export class LagHistoryController {
  constructor(
    private readonly pools: HubPools,
    private readonly pipelines: PipelinesService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('pipelines:read', { param: 'name' })
  @ApiOperation({
    summary: 'How far each side was behind, at most, in every stretch of the last day or fortnight',
  })
  @ApiOkResponse({ type: LagHistoryDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  async get(@Param('name') name: string, @Query() { by }: FlowQueryDto): Promise<LagHistoryDto> {
    const { id } = await this.pipelines.get(name);
    const { seconds, count } = shown[by];
    const step = seconds * 1_000;
    const first = Math.floor(this.clock.now() / step) * step - (count - 1) * step;
    const rows = await run(this.pools.general, lagHistory, [id, new Date(first), `${seconds} s`]);
    const measured = new Map(rows.map(({ at, side, seconds }) => [`${side}${at.getTime()}`, seconds]));
    return {
      by,
      seconds,
      stretches: Array.from({ length: count }, (_, i) => {
        const at = first + i * step;
        const of = (side: 'A' | 'B'): number | null => measured.get(`${side}${at}`) ?? null;
        return { at: new Date(at).toISOString(), A: of('A'), B: of('B') };
      }),
    };
  }
}
