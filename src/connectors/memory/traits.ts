import type { Tier } from '../../core/plan.js';
import type { Raw } from '../../core/value.js';

/** What a fake system can do, and how badly it behaves. Everything it promises is what real systems of that tier promise, no more. */
export interface Traits {
  /**
   * T0 compares single fields, T1 the record's version (`tag`), T2 its modification stamp (`tag`, coarse), T3 and T4 write blindly.
   * T3 shows the history of every field with each read.
   */
  readonly tier: Tier;
  /** What a reader can order two states of a record by: a version, the coarse stamp, or nothing. */
  readonly order: 'counter' | 'mtime' | 'none';
  /** A field of the record that only the hub writes and that comes back with every read. */
  readonly marker: boolean;
  /** A request that comes twice under one id is carried out once; T0 fences do that anyway. */
  readonly idempotent: boolean;
  /** Width of a modification stamp, ms: 1 000 for systems that round down to seconds. 1: exact. */
  readonly granuleMs: number;
  /** The system's clock minus ours. */
  readonly skewMs: number;
  /** A read may show a state that is this old (replicas, caches). 0: always the present one. */
  readonly staleMs: number;
  /** Columns that every record has: blank where whoever makes one says nothing. Default: none but those that were written. */
  readonly columns?: readonly string[];
  /** What is stored when somebody writes `raw`: trimmed, cut, in another case. Idempotent. Default: the raw itself. */
  readonly normalise?: (column: string, raw: Raw) => Raw;
  /** Why a value is refused (too long, not in the list); `null`: it is taken. */
  readonly refuse?: (column: string, raw: Raw) => string | null;
  /**
   * An automation of the system: called after each write of the hub with what was written and what stands. What it returns is written
   * in a transaction of its own right after ours; `null`: nothing.
   */
  readonly react?: (
    written: Readonly<Record<string, Raw>>,
    standing: Readonly<Record<string, Raw>>,
  ) => Readonly<Record<string, Raw>> | null;
  /** A trigger of the system: other columns that change inside the hub's own transaction. */
  readonly trigger?: (
    written: Readonly<Record<string, Raw>>,
    standing: Readonly<Record<string, Raw>>,
  ) => Readonly<Record<string, Raw>> | null;
}

/** A well-behaved database: compares fields, keeps a log, and its clock is ours. */
export const DATABASE: Traits = {
  tier: 'T0',
  order: 'counter',
  marker: false,
  idempotent: true,
  granuleMs: 1,
  skewMs: 0,
  staleMs: 0,
};
