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
import { conflictFlow, openAges } from '../database/sql/conflict-flow.js';
import { run } from '../database/sql/statement.js';
import { ConflictFlowDto, FlowQueryDto } from './conflict-flow.dto.js';
import { PipelinesService } from './pipelines.service.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const shown = { hour: { seconds: HOUR, count: 24 }, day: { seconds: DAY, count: 14 } } as const;
/** Bounds of the ages, in seconds. */
const bounds = [HOUR, 4 * HOUR, DAY, 7 * DAY] as const;

/** Whether people keep up: what comes, what goes, and how long the rest has waited. */
@ApiTags('pipelines')
@Controller('pipelines/:name/conflict-flow')
export class ConflictFlowController {
  constructor(
    private readonly pools: HubPools,
    private readonly pipelines: PipelinesService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('pipelines:read', { param: 'name' })
  @ApiOperation({ summary: 'Conflicts that opened and closed lately, and the ages of the open ones' })
  @ApiOkResponse({ type: ConflictFlowDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  async get(@Param('name') name: string, @Query() { by }: FlowQueryDto): Promise<ConflictFlowDto> {
    const { id } = await this.pipelines.get(name);
    const { seconds, count } = shown[by];
    const now = this.clock.now();
    const step = seconds * 1_000;
    // In UTC, hours and days begin at whole multiples of their length.
    const first = Math.floor(now / step) * step - (count - 1) * step;
    const flow = await run(this.pools.general, conflictFlow, [id, by, new Date(first)]);
    const ages = await run(this.pools.general, openAges, [id, new Date(now), bounds]);
    const moved = new Map(flow.map((row) => [row.at.getTime(), row]));
    const oldest = ages.map((row) => row.oldest.getTime());
    return {
      by,
      stretches: Array.from({ length: count }, (_, i) => {
        const at = first + i * step;
        const { opened = 0, closed = 0 } = moved.get(at) ?? {};
        return { at: new Date(at).toISOString(), opened, closed };
      }),
      ages: [...bounds, null].map((under, place) => ({
        under,
        count: ages.find((row) => row.place === place)?.count ?? 0,
      })),
      oldestAt: oldest.length === 0 ? null : new Date(Math.min(...oldest)).toISOString(),
    };
  }
}
