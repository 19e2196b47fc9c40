import type { Author, DisplayClock, Json, Page, Side, Target } from './types';

export interface LineageEntry {
  readonly id: string;
  readonly record: string;
  readonly field: string;
  readonly kind: string;
  readonly side: Side | null;
  readonly recordedAt: string;
  readonly occurredAt: string | null;
  readonly actor: Author | null;
  readonly before: Json;
  readonly after: Json;
  readonly clock: DisplayClock;
  readonly why: string | null;
  readonly cause: {
    readonly tx?: string | null;
    readonly batch?: string | null;
    readonly decision?: string | null;
    readonly conflict?: string | null;
    readonly revision?: number | null;
  };
}

export interface LineagePage extends Page<LineageEntry> {
  readonly targets: readonly Target[];
}
