import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '../common/api-doc.js';
import { CallerParam, type Caller } from '../common/caller.js';
import { AppError } from '../common/errors.js';
import { Needs } from '../common/route-access.js';
import { RevealQueryDto, sightOf, UNSEEN, type Sight } from '../common/veil.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { loadReport } from '../database/sql/load-report.js';
import { LoadDto, SetLoadRateDto } from './load.dto.js';
import { veiledReport } from './veiled-report.js';
import { limitOf, pace, PipelinesService } from './pipelines.service.js';

/** The first load: what it would do, leave to do it, and how far it is. */
@ApiTags('pipelines')
@Controller('pipelines/:name/load')
export class LoadController {
  constructor(
    private readonly pools: HubPools,
    private readonly pipelines: PipelinesService,
    private readonly veils: Veils,
  ) {}

  @Get()
  @Needs('pipelines:read', { param: 'name' })
  @ApiOperation({ summary: 'Report of the first comparison, and progress of the load that follows' })
  @ApiOkResponse({ type: LoadDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`: no such pipeline, or not compared yet' })
  get(
    @Param('name') name: string,
    @Query() reveal: RevealQueryDto,
    @CallerParam() caller: Caller,
  ): Promise<LoadDto> {
    return this.#report(name, sightOf(caller, reveal));
  }

  async #report(name: string, sight: Sight): Promise<LoadDto> {
    const { id, state } = await this.pipelines.get(name);
    const report = await loadReport(this.pools.general, name);
    if (report === null) {
      throw new AppError('not-found', `Pipeline ${name} has no load report: its state is "${state}"`);
    }
    const { done, total, finished_at: finishedAt } = report;
    const rate = { A: report.rate_a, B: report.rate_b };
    const { ratePerSecond, secondsLeft } = pace(done, total, report.seconds, limitOf(report.phase, rate));
    const look = this.veils.look(sight);
    const veil = await look.over(id);
    const shown = veiledReport(report, veil);
    await look.note(name, { shown: 'load' });
    return {
      pipeline: name,
      state,
      revision: report.revision,
      linked: report.linked,
      onlyA: report.only_a,
      onlyB: report.only_b,
      ambiguous: report.ambiguous,
      excludedA: report.excluded_a,
      excludedB: report.excluded_b,
      scored: report.scored,
      ...shown,
      covered: veil.covered,
      createdAt: report.created_at.toISOString(),
      acceptedAt: report.accepted_at?.toISOString() ?? null,
      acceptedBy: report.accepted_by,
      startedAt: report.started_at?.toISOString() ?? null,
      finishedAt: finishedAt?.toISOString() ?? null,
      rate,
      progress:
        report.phase === null
          ? null
          : {
              phase: report.phase,
              done,
              total,
              rate,
              ratePerSecond,
              secondsLeft: finishedAt === null ? secondsLeft : 0,
            },
    };
  }

  @Post('accept')
  @Needs('ops:run', { param: 'name' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Accept the report: links are made and missing records created' })
  @ApiOkResponse({ type: LoadDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `not-waiting`: no report waits to be accepted' })
  async accept(@Param('name') name: string, @CallerParam() caller: Caller): Promise<LoadDto> {
    const { state } = await this.pipelines.get(name);
    if (!(await this.pipelines.acceptLoad(name, caller))) {
      const report = await loadReport(this.pools.general, name);
      const why = report?.accepted_at
        ? `it was accepted by ${report.accepted_by ?? 'someone'}`
        : `the pipeline's state is "${state}"`;
      throw new AppError('not-waiting', `No load report of ${name} waits to be accepted: ${why}`, {
        details: { state },
      });
    }
    await this.pipelines.announce(name);
    return this.#report(name, UNSEEN);
  }

  @Post('rate')
  @Needs('ops:run', { param: 'name' })
  @HttpCode(200)
  @ApiOperation({ summary: 'How many records the load may make on a side in a time; also while it runs' })
  @ApiOkResponse({ type: LoadDto })
  @ApiNotFoundResponse({ description: 'Problem `not-found`' })
  @ApiConflictResponse({ description: 'Problem `not-waiting`: the load is over' })
  @ApiUnprocessableEntityResponse({ description: 'Problem `invalid`' })
  async rate(
    @Param('name') name: string,
    @Body() { side, rate }: SetLoadRateDto,
    @CallerParam() caller: Caller,
  ): Promise<LoadDto> {
    await this.pipelines.get(name);
    if (!(await this.pipelines.setLoadRate(name, side, rate, caller)))
      throw new AppError('not-waiting', `No load of ${name} is under way, or waits to be.`);
    await this.pipelines.announce(name);
    return this.#report(name, UNSEEN);
  }
}
