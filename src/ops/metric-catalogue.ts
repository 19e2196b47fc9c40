import type * as PromClient from 'prom-client';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterName } from '../database/counters.js';

const gauges = {
  database_up: ['1 when the database answered this scrape', []],
  build_info: ['1; the labels say what runs', ['version', 'node']],
  lag_seconds: ['Age of the oldest change of a side that is not applied on the other', ['pipeline', 'side']],
  backlog: ['Records whose changes are on their way or due to be looked at', ['pipeline', 'side']],
  last_success_timestamp_seconds: ['When a side was last read to the end', ['pipeline', 'side']],
  pipeline_paused: ['1 while a pipeline, or a side of it, is paused', ['pipeline', 'side']],
  pipeline_health: ['1 for the present health', ['pipeline', 'health']],
  side_error: ['1 while a side cannot be used, by error code', ['pipeline', 'side', 'code']],
  records: ['Linked records in sync or not, and records that no rule could link', ['pipeline', 'state']],
  conflicts_open: ['Conflicts that wait for a decision', ['pipeline', 'priority']],
  conflict_oldest_age_seconds: ['Age of the oldest conflict that waits for a decision', ['pipeline']],
  dead_letters: ['Units that a side refused, by error code', ['pipeline', 'side', 'reason']],
  guards_open: ['Guards that tripped and wait for an answer', ['pipeline', 'side', 'kind']],
  batches: ['Write batches that are not settled', ['pipeline', 'side', 'state']],
  outbox_depth: ['Mails that are not sent yet', []],
  outbox_oldest_age_seconds: ['Age of the oldest mail that is not sent yet', []],
  last_verified_timestamp_seconds: ['When the last verification that finished was started', ['pipeline']],
  verified_differences: ['Differences that the last verification left, by reason', ['pipeline', 'reason']],
  database_connections: ['Connections to the database', ['pool', 'state']],
} as const satisfies Record<string, readonly [help: string, labels: readonly string[]]>;

/** Kept in the database, hence right over restarts and replicas. */
const counters = {
  changes: ['changes_observed_total', 'Changes read from a side', ['pipeline', 'side']],
  writes: ['writes_total', 'Records written to a side', ['pipeline', 'side', 'result']],
  conflicts_opened: ['conflicts_opened_total', 'Conflicts that came up', ['pipeline', 'kind']],
  conflicts_closed: ['conflicts_closed_total', 'Conflicts that were closed', ['pipeline', 'how']],
} as const satisfies Record<CounterName, readonly [metric: string, help: string, labels: readonly string[]]>;

export type GaugeName = keyof typeof gauges;

/** Every metric of Accord's own, all beginning with `accord_`. Labels are of bounded size; none names a record. */
export interface Metrics {
  readonly gauge: (name: GaugeName) => Gauge;
  /** A kept counter, and which labels it has; `undefined` for a name that this version does not know. */
  readonly counter: (
    name: string,
  ) => { readonly metric: Counter; readonly labels: readonly string[] } | undefined;
  readonly requests: Histogram;
  /** Before values are set anew: what is no longer there must not go on being reported. */
  readonly forget: () => void;
}

type Library = typeof PromClient;

export function registerMetrics({ Counter, Gauge, Histogram }: Library, register: Registry): Metrics {
  const registers = [register];
  const gaugeOf = new Map<GaugeName, Gauge>();
  for (const [name, [help, labelNames]] of Object.entries(gauges)) {
    gaugeOf.set(name as GaugeName, new Gauge({ name: `accord_${name}`, help, labelNames, registers }));
  }
  const counterOf = new Map<string, { metric: Counter; labels: readonly string[] }>();
  for (const [name, [metricName, help, labels]] of Object.entries(counters)) {
    const metric = new Counter({ name: `accord_${metricName}`, help, labelNames: labels, registers });
    counterOf.set(name, { metric, labels });
  }
  const requests = new Histogram({
    name: 'accord_http_request_duration_seconds',
    help: 'Time to answer a request, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return {
    gauge: (name) => {
      const gauge = gaugeOf.get(name);
      if (gauge === undefined) throw new RangeError(`no gauge ${name}`);
      return gauge;
    },
    counter: (name) => counterOf.get(name),
    requests,
    forget: () => {
      for (const gauge of gaugeOf.values()) gauge.reset();
      for (const { metric } of counterOf.values()) metric.reset();
    },
  };
}
