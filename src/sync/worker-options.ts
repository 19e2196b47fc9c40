export interface WorkerOptions {
  /** Most log entries or states read per side and transaction. */
  readonly pageSize: number;
  readonly dueSize: number;
}

export const WORKER_DEFAULTS: WorkerOptions = { pageSize: 2000, dueSize: 500 };
