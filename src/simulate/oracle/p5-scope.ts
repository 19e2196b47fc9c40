import type { Evidence, Violation } from './evidence.js';

/** P5: while a record is out of scope nothing of it is written or deleted anywhere. That nothing is lost by it is what the other checks say. */
export function p5Scope({ sentOutside }: Evidence): Violation[] {
  return sentOutside.map((what) => ({
    property: 'P5',
    unit: '',
    said: `${what} was sent while the record was out of scope`,
  }));
}
