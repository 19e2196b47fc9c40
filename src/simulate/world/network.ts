import type { Side } from '../../core/clock.js';
import type { Tier } from '../../core/plan.js';
import { FENCE_MS } from '../scenario/system-of.js';
import type { Reading, WriteAnswer, WriteRequest } from '../../connectors/memory/exchange.js';

/** A question to a side, and its answer once the side has given it. */
export interface AskedState {
  readonly start: number;
  reading: Reading | null;
}

export interface SentRequest {
  readonly request: WriteRequest;
  readonly sentAt: number;
  /** Later than this it does not arrive any more. */
  readonly deadline: number;
}

export interface SentAnswer {
  readonly id: string;
  readonly answer: WriteAnswer | 'fenced';
  readonly sentAt: number;
}

/** What is on its way between the hub and the sides. It survives the hub, except for what nobody waits for any more. */
export class Network {
  readonly hints: Record<Side, number> = { A: 0, B: 0 };
  readonly asked: Record<Side, AskedState[]> = { A: [], B: [] };
  readonly requests: Record<Side, SentRequest[]> = { A: [], B: [] };
  readonly answers: Record<Side, SentAnswer[]> = { A: [], B: [] };
  /** The record is out of scope: no write of it may leave that had not left before. */
  outside = false;
  /** What left all the same, in words. */
  readonly sentOutside: string[] = [];
  /** When each request left for the first time. */
  readonly leftAt = new Map<string, number>();

  send(side: Side, sent: SentRequest): void {
    const { id, items } = sent.request;
    if (this.outside && !this.leftAt.has(id))
      this.sentOutside.push(`${items[0]?.op ?? 'nothing'} on ${side}`);
    if (!this.leftAt.has(id)) this.leftAt.set(id, sent.sentAt);
    this.requests[side].push(sent);
  }

  /** The hub's process is gone: nobody receives what comes back. `sent`: its requests had left before. */
  crash(sent: boolean): void {
    for (const side of ['A', 'B'] as const) {
      this.asked[side].length = 0;
      this.answers[side].length = 0;
      if (!sent) this.requests[side].length = 0;
    }
  }

  isEmpty(): boolean {
    return (['A', 'B'] as const).every(
      (side) => this.asked[side].length + this.requests[side].length + this.answers[side].length === 0,
    );
  }
}

/** One of what is on its way, taken out unless it comes a second time. */
export function take<T>(queue: T[], pick: number, keep: boolean): T | undefined {
  if (queue.length === 0) return undefined;
  const index = pick % queue.length;
  const item = queue[index];
  if (!keep) queue.splice(index, 1);
  return item;
}

/**
 * When a write can no longer land. What is not compared must not land later than the fence; the rest may: its condition, or the fence on
 * the side, stops it.
 */
export function deadlineOf(tier: Tier, { items }: WriteRequest, now: number): number {
  const op = items[0]?.op;
  const blind =
    tier === 'T3' ||
    tier === 'T4' ||
    (tier !== 'T0' && op === 'create') ||
    (tier === 'T2' && op === 'delete');
  return blind ? now + FENCE_MS : Number.MAX_SAFE_INTEGER;
}
