import type { KeyAction } from '../keys/key-map';
import { strings } from '../strings';
import type { Conflict, Json, Take } from '../api/types';

/** One way to decide: a row of the card, a button and a key, in the same order. */
export interface Choice {
  readonly take: Exclude<Take, 'value'>;
  readonly action: KeyAction;
  /** What is shown on the button. */
  readonly name: string;
  /** What is said after it was taken. */
  readonly taken: string;
  readonly effect: string | null;
  readonly available: boolean;
  readonly value: Json;
}

export function choicesOf(conflict: Conflict): readonly Choice[] {
  const a = conflict.candidates.find((candidate) => candidate.key === 'a');
  const b = conflict.candidates.find((candidate) => candidate.key === 'b');
  const { effects, systems, base, merged } = conflict;
  return [
    {
      take: 'a',
      action: 'takeA',
      name: a?.label ?? systems.A,
      taken: a?.label ?? systems.A,
      effect: effects.a ?? null,
      available: a !== undefined && effects.a !== undefined,
      value: a?.value ?? null,
    },
    {
      take: 'b',
      action: 'takeB',
      name: b?.label ?? systems.B,
      taken: b?.label ?? systems.B,
      effect: effects.b ?? null,
      available: b !== undefined && effects.b !== undefined,
      value: b?.value ?? null,
    },
    {
      take: 'base',
      action: 'takeBase',
      name: strings.card.take.base,
      taken: strings.card.takeNames.base,
      effect: effects.base ?? null,
      available: base !== null && effects.base !== undefined,
      value: base?.value ?? null,
    },
    {
      take: 'merged',
      action: 'takeMerged',
      name: strings.card.take.merged,
      taken: strings.card.takeNames.merged,
      effect: effects.merged ?? null,
      available: merged !== null && effects.merged !== undefined,
      value: merged?.value ?? null,
    },
  ];
}
