import type { Evidence, Violation } from './evidence.js';

/** P6: what has been delivered already changes nothing when it is delivered again. */
export function p6Idempotence({ redelivered }: Evidence): Violation[] {
  if (redelivered === null || redelivered.before === redelivered.after) return [];
  return [
    { property: 'P6', unit: '', said: `stored before ${redelivered.before}, after ${redelivered.after}` },
  ];
}
