import { afterWorking, readBusinessHours, workingMs } from '../../core/pipeline/business-hours.js';
import type { ReviewSpec } from '../../core/pipeline/spec.js';
import { LIFE } from '../../core/plan.js';
import { PRIORITIES } from './filter-conditions.js';

/** ms since the epoch; `null`: never. */
export interface Timing {
  readonly dueAt: number | null;
  readonly riskAt: number | null;
  readonly escalateAt: number | null;
}

export const NO_TIMING: Timing = { dueAt: null, riskAt: null, escalateAt: null };

const RISK = 0.8;
const ESCALATE = 1.5;

/** What the pipeline's file says of an item's place in the queue, 0 first. Guards and halts stop much: they come first. */
export function urgencyByRule(
  { priority }: ReviewSpec,
  { subject, unit }: { readonly subject: string; readonly unit: string },
): number {
  if (subject !== 'conflict') return 0;
  const name = unit === LIFE ? 'high' : (priority?.[unit] ?? priority?.default ?? 'normal');
  return PRIORITIES.indexOf(name);
}

/** When the file wants it decided, and when people are to be told that it is late. */
export function timingByRule({ sla }: ReviewSpec, urgency: number, from: number): Timing {
  const length = sla?.[PRIORITIES[urgency] ?? 'normal'];
  if (length === undefined) return NO_TIMING;
  const read = sla?.businessHours === undefined ? null : readBusinessHours(sla.businessHours);
  const hours = typeof read === 'string' ? null : read;
  const ms = workingMs(length, hours);
  const after = (share: number): number => afterWorking(from, ms * share, hours);
  return { dueAt: after(1), riskAt: after(RISK), escalateAt: after(ESCALATE) };
}

/** When a person has said until when. */
export function timingByPerson(dueAt: number, now: number): Timing {
  const span = Math.max(0, dueAt - now);
  return { dueAt, riskAt: now + span * RISK, escalateAt: now + span * ESCALATE };
}
