import { canonicalDecimal } from '../canon/decimal.js';
import type { Side } from '../clock.js';
import type { CounterBounds, Direction, Policy } from '../plan.js';
import { durationMs } from './duration.js';
import type { PolicySpec } from './spec.js';

/**
 * A policy with its defaults. A one-way field's foreign edits go to review unless the file says otherwise; a two-way owner accepts
 * an edit that nobody contradicts.
 */
export function compilePolicy(
  spec: Exclude<PolicySpec, { strategy: 'rules' }>,
  direction: Direction,
): Policy {
  switch (spec.strategy) {
    case 'owner':
      return {
        strategy: 'owner',
        owner: side(spec.owner),
        onForeignEdit: spec.onForeignEdit ?? (direction === 'both' ? 'accept' : 'review'),
      };
    case 'newest':
      return {
        strategy: 'newest',
        skewMs: spec.skew === undefined ? 0 : durationMs(spec.skew),
        tie: spec.tie === 'review' ? 'review' : side(spec.tie),
      };
    case 'merge': {
      const bounds = counterBounds(spec.min, spec.max);
      return { strategy: 'merge', merge: spec.merge, ...(bounds !== null && { bounds }) };
    }
    case 'review':
      return { strategy: 'review' };
  }
}

function side(name: 'a' | 'b'): Side {
  return name === 'a' ? 'A' : 'B';
}

function counterBounds(min: number | undefined, max: number | undefined): CounterBounds | null {
  if (min === undefined && max === undefined) return null;
  return { ...(min !== undefined && { min: decimal(min) }), ...(max !== undefined && { max: decimal(max) }) };
}

function decimal(n: number): string {
  const text = canonicalDecimal(String(n));
  if (text === null) throw new RangeError(`not a finite number: ${String(n)}`);
  return text;
}
