import fc from 'fast-check';
import { parseJson } from '../../../src/core/canon/parse-json.js';
import type { Json } from '../../../src/core/value.js';
import { anyText, nasty } from './texts.js';

/** JSON of any kind with keys that are members of prototypes, and texts that no database stores. */
export const anyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, -0, 1e21, 5e-324, 2 ** 53, -1.5),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    anyText,
    fc.array(tie('value'), { maxLength: 4 }) as fc.Arbitrary<Json>,
    fc
      .array(fc.tuple(fc.oneof(nasty, fc.string({ maxLength: 8 })), tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)) as fc.Arbitrary<Json>,
  ),
})).value;

/** The same, as it comes back from a store: without a negative zero. */
export const storedJson: fc.Arbitrary<Json> = anyJson.map((value) => parseJson(JSON.stringify(value)));

/** A document with some of its members replaced, renamed, removed or copied elsewhere. */
export function mutatedJson(samples: readonly Json[], strangers: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const change = fc.record({
    where: fc.nat({ max: 1_000_000 }),
    from: fc.nat({ max: 1_000_000 }),
    how: fc.constantFrom('replace', 'replace', 'remove', 'rename', 'copy', 'wrap'),
    key: fc.oneof(nasty, fc.constantFrom('constructor', 'a', 'email', 'name')),
    value: strangers,
  });
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([sample, changes]) => {
      const document = { root: structuredClone(sample) } as Record<string, unknown>;
      for (const { where, from, how, key, value } of changes) {
        const places = placesIn(document);
        const [parent, member] = places[where % places.length] as Place;
        const [source, name] = places[from % places.length] as Place;
        switch (how) {
          case 'replace':
            define(parent, member, structuredClone(value));
            break;
          case 'remove':
            if (parent !== document) Reflect.deleteProperty(parent, member);
            break;
          case 'rename': {
            const old = parent[member];
            if (parent === document || Array.isArray(parent)) break;
            Reflect.deleteProperty(parent, member);
            define(parent, key, old);
            break;
          }
          case 'copy':
            define(parent, member, structuredClone(source[name]));
            break;
          case 'wrap':
            define(parent, member, [parent[member]]);
            break;
        }
      }
      // Holes that a removal left in a list.
      return JSON.parse(JSON.stringify(document.root ?? null)) as Json;
    });
}

type Place = readonly [parent: Record<string, unknown>, member: string];

function placesIn(node: unknown): Place[] {
  if (typeof node !== 'object' || node === null) return [];
  const parent = node as Record<string, unknown>;
  return Object.keys(parent).flatMap((member) => [[parent, member] as const, ...placesIn(parent[member])]);
}

function define(parent: object, member: string, value: unknown): void {
  Object.defineProperty(parent, member, { value, enumerable: true, writable: true, configurable: true });
}
