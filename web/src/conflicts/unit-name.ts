import { strings } from '../strings';

/** Reserved key of the unit that says whether a record exists. */
const LIFE = '$life';

export function unitName(unit: string): string {
  return unit === LIFE ? strings.card.life : unit;
}
