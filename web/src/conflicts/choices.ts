import type { KeyAction } from '../keys/key-map';
import { strings } from '../strings';
import type { Conflict, Json, Match, MatchTake, Take } from '../api/types';

/** One way to decide: a row of the card, a button and a key, in the same order. */
export interface Choice {
  readonly take: Exclude<Take, 'value'> | MatchTake;
  /** With `take: link`. */
  readonly candidate?: number;
  /** None for what comes after the keys have run out. */
  readonly action: KeyAction | null;
  /** What is shown on the button. */
  readonly name: string;
  /** What is said after it was taken. */
  readonly taken: string;
  readonly effect: string | null;
  readonly available: boolean;
  readonly value: Json;
}

export function choicesOf(conflict: Conflict): readonly Choice[] {
  return conflict.match === null ? valuesToTake(conflict) : answersTo(conflict.match);
}

const KEYS: readonly KeyAction[] = ['takeA', 'takeB', 'takeBase', 'takeMerged'];

/** One record after the other, then that it is none of them. */
function answersTo(match: Match): readonly Choice[] {
  const words = strings.match;
  const links = match.candidates
    .filter(({ gone }) => gone === null)
    .map(({ n, title, id }) => ({
      take: 'link' as const,
      candidate: n,
      name: words.link(title),
      taken: words.linked(title),
      effect: words.linkEffect(id),
    }));
  const none = [
    {
      take: 'create' as const,
      name: words.create,
      taken: words.created,
      effect: words.createEffect,
      available: match.mayCreate,
    },
    { take: 'apart' as const, name: words.apart, taken: words.keptApart, effect: words.apartEffect },
  ];
  return [...links, ...none].map((answer, i) => ({
    available: true,
    ...answer,
    action: KEYS[i] ?? null,
    value: null,
  }));
}

function valuesToTake(conflict: Conflict): readonly Choice[] {
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
