import { strings } from '../strings';

/** Reserved keys of what is no field: whether a record exists, and which records are the same. */
const reserved: Readonly<Record<string, string>> = {
  $life: strings.card.life,
  $match: strings.card.match,
  $guard: strings.card.guard,
  $halt: strings.card.halt,
};

export function unitName(unit: string): string {
  return reserved[unit] ?? unit;
}
