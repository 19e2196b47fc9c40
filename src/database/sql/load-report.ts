import type { ClientBase, Pool } from 'pg';
import type { Json } from '../../core/value.js';

export interface LoadReportRow {
  readonly revision: number;
  readonly linked: number;
  readonly only_a: number;
  readonly only_b: number;
  readonly ambiguous: number;
  readonly excluded_a: number;
  readonly excluded_b: number;
  readonly samples: readonly LoadSample[];
  readonly scored: number;
  readonly left_out: readonly LeftOutKey[];
  readonly fields: FieldsCompared | null;
  readonly created_at: Date;
  readonly accepted_at: Date | null;
  readonly accepted_by: string | null;
  readonly phase: string | null;
  readonly done: number;
  readonly total: number;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  /** Seconds from the start of the load to its end, or to now. */
  readonly seconds: number | null;
  readonly rate_a: string | null;
  readonly rate_b: string | null;
}

/** Some record or pair of a kind, for people to look at. */
export interface LoadSample {
  readonly kind: 'linked' | 'scored' | 'question' | 'ambiguous' | 'only-a' | 'only-b';
  readonly a_id: string | null;
  readonly b_id: string | null;
  readonly points?: number | null;
  /** By which a rule found it. */
  readonly match_key?: string | null;
  readonly detail: string | null;
}

/** A key that too many records share to compare all of them. */
export interface LeftOutKey {
  readonly rule: string;
  readonly key: string;
  readonly a: number;
  readonly b: number;
}

export interface FieldsCompared {
  /** Pairs that were looked at. */
  readonly looked: number;
  readonly fields: Readonly<Record<string, FieldCompared>>;
}

export interface FieldCompared {
  readonly equal: number;
  readonly different: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly unreadable: number;
  readonly samples: readonly { readonly a: string; readonly b: string; readonly A: Json; readonly B: Json }[];
}

export async function loadReport(
  database: ClientBase | Pool,
  pipeline: string,
): Promise<LoadReportRow | null> {
  const { rows } = await database.query<LoadReportRow>(
    `select l.revision, l.linked, l.only_a, l.only_b, l.ambiguous, l.excluded_a, l.excluded_b, l.samples, l.scored, l.left_out, l.fields, l.created_at,
            l.accepted_at, l.accepted_by, l.phase, l.done, l.total, l.started_at, l.finished_at, l.rate_a, l.rate_b,
            extract(epoch from coalesce(l.finished_at, now()) - l.started_at)::float8 as seconds
     from load_report l join pipeline p on p.id = l.pipeline_id where p.name = $1`,
    [pipeline],
  );
  return rows[0] ?? null;
}

/** Accepts the report of a pipeline that waits for it; the engine sees it and goes on. False when none waits. */
export async function acceptLoadReport(
  database: ClientBase | Pool,
  pipeline: string,
  by: string,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `update load_report l set accepted_at = now(), accepted_by = $2
     from pipeline p where p.id = l.pipeline_id and p.name = $1 and l.accepted_at is null and p.state = 'report'`,
    [pipeline, by],
  );
  return rowCount === 1;
}
