import type { NotifyEvent } from './events.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export interface Pace {
  /** What comes within this time is told in one mail. */
  readonly gatherMs: number;
  /** After a mail about it, silence: a storm is one mail, and then one more with the rest. */
  readonly silenceMs: number;
}

export const PACES: Readonly<Record<Exclude<NotifyEvent, 'daily'>, Pace>> = {
  conflicts: { gatherMs: 20 * SECOND, silenceMs: 10 * MINUTE },
  assigned: { gatherMs: 20 * SECOND, silenceMs: 10 * MINUTE },
  comments: { gatherMs: 20 * SECOND, silenceMs: 10 * MINUTE },
  deadlines: { gatherMs: 0, silenceMs: 60 * MINUTE },
  // Something stands still: at once.
  pipelines: { gatherMs: 0, silenceMs: MINUTE },
};

/** Whether what has waited since `oldest` is told now. All in ms. */
export function isDue(
  { gatherMs, silenceMs }: Pace,
  now: number,
  oldest: number,
  mailedAt: number | null,
): boolean {
  return oldest <= now - gatherMs && (mailedAt === null || mailedAt <= now - silenceMs);
}
