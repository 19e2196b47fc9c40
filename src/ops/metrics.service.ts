import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Clock } from '../common/clock.js';
import { parseLabels } from '../database/counters.js';
import { HubPools } from '../database/pools.js';
import { counterRows, metricRows, type MetricRow } from '../database/sql/metric-rows.js';
import { version } from './build.js';
import { registerMetrics, type GaugeName } from './metric-catalogue.js';
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

/** The Prometheus text. Without a database it still answers, with what the process knows of itself. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly logger = new Logger(MetricsService.name);
  private readonly registry = new Registry();
  private readonly metrics = registerMetrics(this.registry);
  #text = '';
  #freshUntil = 0;
  #scrape: Promise<void> | undefined;

  constructor(
    private readonly pools: HubPools,
    private readonly pipelines: PipelinesService,
    private readonly clock: Clock,
  ) {
    collectDefaultMetrics({ register: this.registry, prefix: 'accord_' });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  async text(): Promise<string> {
    if (this.clock.monotonic() >= this.#freshUntil) {
      this.#scrape ??= this.scrape().finally(() => (this.#scrape = undefined));
      await this.#scrape;
    }
    return this.#text;
  }

  observeRequest(method: string, route: string, status: number, seconds: number): void {
    this.metrics.requests.observe({ method, route, status: String(status) }, seconds);
  }

  onApplicationShutdown(): void {
    this.registry.clear();
  }

  private async scrape(): Promise<void> {
    this.metrics.forget();
    this.set('build_info', { version, node: process.version }, 1);
    this.connections('lane', this.pools.lane);
    this.connections('general', this.pools.general);
    try {
      await this.fromDatabase();
      this.set('database_up', {}, 1);
    } catch (error) {
      this.set('database_up', {}, 0);
      this.logger.warn({ msg: 'metrics without the database', err: error });
    }
    this.#text = await this.registry.metrics();
    this.#freshUntil = this.clock.monotonic() + maximumAge;
  }

  private async fromDatabase(): Promise<void> {
    const [rows, kept, pipelines] = await Promise.all([
      metricRows(this.pools.general),
      counterRows(this.pools.general),
      this.pipelines.list(),
    ]);
    for (const { metric, pipeline, side, label, value } of rows) {
      const { gauge, label: name } = fromRows[metric];
      this.set(
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
      const counter = this.metrics.counter(name);
      if (counter === undefined) continue;
      const known = Object.entries(parseLabels(labels)).filter(([label]) => counter.labels.includes(label));
      counter.metric.inc({ ...Object.fromEntries(known), pipeline }, value);
    }
    for (const figures of pipelines) {
      const { name: pipeline, counts, sides } = figures;
      this.set('pipeline_health', { pipeline, health: verdict(figures).health }, 1);
      this.set('pipeline_paused', { pipeline, side: '' }, figures.paused === null ? 0 : 1);
      this.set('records', { pipeline, state: 'in_sync' }, counts.inSync);
      this.set('records', { pipeline, state: 'unsettled' }, counts.linked - counts.excluded - counts.inSync);
      this.set('records', { pipeline, state: 'excluded' }, counts.excluded);
      this.set('records', { pipeline, state: 'unmatched' }, counts.unmatched);
      for (const side of [sides.A, sides.B]) {
        if (side === null) continue;
        const labels = { pipeline, side: side.side };
        if (side.lagSeconds !== null) this.set('lag_seconds', labels, side.lagSeconds);
        this.set('backlog', labels, side.backlog);
        this.set('pipeline_paused', labels, side.paused === null ? 0 : 1);
        if (side.error !== null) this.set('side_error', { ...labels, code: side.error.code }, 1);
      }
    }
  }

  private connections(pool: string, { totalCount, idleCount, waitingCount }: Pool): void {
    this.set('database_connections', { pool, state: 'busy' }, totalCount - idleCount);
    this.set('database_connections', { pool, state: 'idle' }, idleCount);
    this.set('database_connections', { pool, state: 'wanted' }, waitingCount);
  }

  private set(gauge: GaugeName, labels: Record<string, string>, value: number): void {
    this.metrics.gauge(gauge).set(labels, value);
  }
}
