import type { Side } from '../../core/clock.js';
import type { Plan } from '../../core/plan.js';
import type { Canon } from '../../core/value.js';
import type { WriteAnswer, WriteRequest } from '../../connectors/memory/exchange.js';
import { unitValue } from './people.js';

/** A side would not write it. */
export interface Refused {
  readonly at: number;
  readonly side: Side;
  readonly unit: string;
  readonly value: Canon;
}

/** What a side would not write, by its own answer. */
export function refusalsIn(
  plan: Plan,
  side: Side,
  at: number,
  request: WriteRequest,
  answer: WriteAnswer | 'fenced',
): readonly Refused[] {
  const item = answer === 'fenced' ? undefined : answer.items[0];
  if (item?.status !== 'refused') return [];
  return item.columns.flatMap((column) => {
    const unit = plan.unit.get(plan.sides[side].column.get(column)?.unit ?? '');
    if (unit === undefined) return [];
    return [{ at, side, unit: unit.key, value: unitValue(unit, side, request.items[0]?.set ?? {}) }];
  });
}
