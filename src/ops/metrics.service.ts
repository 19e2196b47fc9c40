import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import { Clock } from '../common/clock.js';
import { LoadedOnce } from '../common/loaded-once.js';
import { parseLabels } from '../database/counters.js';
import { HubPools } from '../database/pools.js';
import { counterRows, metricRows, type MetricRow } from '../database/sql/metric-rows.js';
import { version } from './build.js';
import { registerMetrics, type GaugeName, type Metrics } from './metric-catalogue.js';
import { PipelinesService } from './pipelines.service.js';
import { verdict } from './verdict.js';

/** Scrapes within this time, in milliseconds, get the same answer: several scrapers cost no more than one. */
const maximumAge = 2_000;

const priorities = ['urgent', 'high', 'normal', 'low'];

/** Gauges that come from the database as they are, with the name of their free label. */
const fromRows: Record<MetricRow['metric'], { readonly gauge: GaugeName; readonly label: string | null }> = {
  conflicts_open: { gauge: 'conflicts_open', label: 'priority' },
  conflict_oldest: { gauge: 'conflict_oldest_age_seconds', label: null },
  dead_letters: { gauge: 'dead_letters', label: 'reason' },
  guards_open: { gauge: 'guards_open', label: 'kind' },
  batches: { gauge: 'batches', label: 'state' },
  last_success: { gauge: 'last_success_timestamp_seconds', label: null },
  outbox_depth: { gauge: 'outbox_depth', label: null },
  outbox_oldest: { gauge: 'outbox_oldest_age_seconds', label: null },
  verified: { gauge: 'last_verified_timestamp_seconds', label: null },
  verified_differences: { gauge: 'verified_differences', label: 'reason' },
};

interface Instruments {
  readonly registry: Registry;
  readonly metrics: Metrics;
}

export interface MetricsAnswer {
  readonly contentType: string;
  readonly text: string;
}

type SetGauge = (gauge: GaugeName, labels: Record<string, string>, value: number) => void;

/** The Prometheus text. Without a database it still answers, with what the process knows of itself. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly logger = new Logger(MetricsService.name);
  /** Made for the first request: before it there is nothing to measure, and a start need not wait for the library. */
  readonly #instruments = new LoadedOnce(makeInstruments);
  #answer: MetricsAnswer | undefined;
  #freshUntil = 0;
  #scrape: Promise<MetricsAnswer> | undefined;

  constructor(
    private readonly pools: HubPools,
    private readonly pipelines: PipelinesService,
    private readonly clock: Clock,
  ) {}

  async answer(): Promise<MetricsAnswer> {
    if (this.#answer === undefined || this.clock.monotonic() >= this.#freshUntil)
      return (this.#scrape ??= this.#scraped().finally(() => (this.#scrape = undefined)));
    return this.#answer;
  }

  async observeRequest(method: string, route: string, status: number, seconds: number): Promise<void> {
    const { metrics } = await this.#instruments.get();
    metrics.requests.observe({ method, route, status: String(status) }, seconds);
  }

  async onApplicationShutdown(): Promise<void> {
    (await this.#instruments.asked)?.registry.clear();
  }

  async #scraped(): Promise<MetricsAnswer> {
    const { registry, metrics } = await this.#instruments.get();
    const set: SetGauge = (gauge, labels, value) => {
      metrics.gauge(gauge).set(labels, value);
    };
    metrics.forget();
    set('build_info', { version, node: process.version }, 1);
    connections(set, 'lane', this.pools.lane);
    connections(set, 'general', this.pools.general);
    try {
      await this.#fromDatabase(metrics, set);
      set('database_up', {}, 1);
    } catch (error) {
      set('database_up', {}, 0);
      this.logger.warn({ msg: 'metrics without the database', err: error });
    }
    this.#answer = { contentType: registry.contentType, text: await registry.metrics() };
    this.#freshUntil = this.clock.monotonic() + maximumAge;
    return this.#answer;
  }

  async #fromDatabase(metrics: Metrics, set: SetGauge): Promise<void> {
    const [rows, kept, pipelines] = await Promise.all([
      metricRows(this.pools.general),
      counterRows(this.pools.general),
      this.pipelines.list(),
    ]);
    for (const { metric, pipeline, side, label, value } of rows) {
      const { gauge, label: name } = fromRows[metric];
      set(
        gauge,
        {
          ...(pipeline === null ? {} : { pipeline }),
          ...(side === null ? {} : { side }),
          ...(name === null
            ? {}
            : { [name]: metric === 'conflicts_open' ? (priorities[Number(label)] ?? label) : label }),
        },
        value,
      );
    }
    for (const { pipeline, name, labels, value } of kept) {
      const counter = metrics.counter(name);
      if (counter === undefined) continue;
      const known = Object.entries(parseLabels(labels)).filter(([label]) => counter.labels.includes(label));
      counter.metric.inc({ ...Object.fromEntries(known), pipeline }, value);
    }
    for (const figures of pipelines) {
      const { name: pipeline, counts, sides } = figures;
      set('pipeline_health', { pipeline, health: verdict(figures).health }, 1);
      set('pipeline_paused', { pipeline, side: '' }, figures.paused === null ? 0 : 1);
      set('records', { pipeline, state: 'in_sync' }, counts.inSync);
      set('records', { pipeline, state: 'unsettled' }, counts.linked - counts.excluded - counts.inSync);
      set('records', { pipeline, state: 'excluded' }, counts.excluded);
      set('records', { pipeline, state: 'unmatched' }, counts.unmatched);
      for (const side of [sides.A, sides.B]) {
        if (side === null) continue;
        const labels = { pipeline, side: side.side };
        if (side.lagSeconds !== null) set('lag_seconds', labels, side.lagSeconds);
        set('backlog', labels, side.backlog);
        set('pipeline_paused', labels, side.paused === null ? 0 : 1);
        if (side.error !== null) set('side_error', { ...labels, code: side.error.code }, 1);
      }
    }
  }
}

function connections(set: SetGauge, pool: string, { totalCount, idleCount, waitingCount }: Pool): void {
  set('database_connections', { pool, state: 'busy' }, totalCount - idleCount);
  set('database_connections', { pool, state: 'idle' }, idleCount);
  set('database_connections', { pool, state: 'wanted' }, waitingCount);
}

async function makeInstruments(): Promise<Instruments> {
  const library = await import('prom-client');
  const registry = new library.Registry();
  library.collectDefaultMetrics({ register: registry, prefix: 'accord_' });
  return { registry, metrics: registerMetrics(library, registry) };
}
