import { afterEach, beforeAll, expect } from '@jest/globals';

const PROTOTYPES: readonly (readonly [string, object])[] = [
  ['Object', Object.prototype],
  ['Array', Array.prototype],
  ['String', String.prototype],
  ['Number', Number.prototype],
  ['Boolean', Boolean.prototype],
  ['Function', Function.prototype],
  ['Map', Map.prototype],
  ['Set', Set.prototype],
];

type Members = ReadonlyMap<PropertyKey, unknown>;

/** For a whole spec: no test may leave anything on a built-in prototype, or take something away. */
export function prototypesStayClean(): void {
  let before: readonly Members[] = [];
  beforeAll(() => {
    before = PROTOTYPES.map(([, prototype]) => membersOf(prototype));
  });
  afterEach(() => {
    PROTOTYPES.forEach(([name, prototype], i) => {
      const now = membersOf(prototype);
      const changed = [...new Set([...(before[i]?.keys() ?? []), ...now.keys()])].filter(
        (key) => !Object.is(before[i]?.get(key), now.get(key)),
      );
      expect({ prototype: name, changed }).toEqual({ prototype: name, changed: [] });
    });
  });
}

function membersOf(prototype: object): Members {
  return new Map(
    Reflect.ownKeys(prototype).map((key) => [
      key,
      Object.getOwnPropertyDescriptor(prototype, key)?.value as unknown,
    ]),
  );
}
