import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDecimal } from '../../../src/core/canon/decimal.js';
import { merge } from '../../../src/core/merge/merge.js';
import type { MergeOutcome } from '../../../src/core/merge/outcome.js';
import type { MergeKind } from '../../../src/core/plan.js';
import type { Canon, FieldType } from '../../../src/core/value.js';

const member = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const set: fc.Arbitrary<Canon> = fc.uniqueArray(member).map((members) => members.sort());
const count = fc.integer({ min: -1000, max: 1000 }).map((n) => addDecimal(String(n), '0.25'));
const word = fc.constantFrom('a', 'b', 'c', '\n', ' ');
const text = fc.array(word, { maxLength: 12 }).map((parts) => parts.join(''));
const leaf = fc.constantFrom<Canon>(1, 2, null, 'x', [1]);
const json: fc.Arbitrary<Canon> = fc.dictionary(
  fc.constantFrom('p', 'q'),
  fc.oneof(leaf, fc.dictionary(fc.constantFrom('r', 's'), leaf)),
);

interface Law {
  readonly kind: MergeKind;
  readonly type: FieldType;
  readonly value: fc.Arbitrary<Canon>;
}
const kinds: readonly Law[] = [
  { kind: 'set', type: 'set', value: set },
  { kind: 'counter', type: 'decimal', value: count },
  { kind: 'text', type: 'text', value: text },
  { kind: 'json', type: 'json', value: json },
  { kind: 'min', type: 'decimal', value: count },
  { kind: 'max', type: 'text', value: text },
];

const value = (outcome: MergeOutcome): Canon => {
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
};

describe('laws of merging', () => {
  it.each(kinds)('a side that changed nothing changes nothing ($kind)', ({ kind, type, value: values }) => {
    fc.assert(
      fc.property(values, (head) => {
        expect(value(merge(kind, type, undefined, head, [{ base: head, value: head }]))).toEqual(head);
        expect(value(merge(kind, type, undefined, head, []))).toEqual(head);
      }),
    );
  });

  it.each(kinds)(
    'one side’s change on what it saw is taken as it is ($kind)',
    ({ kind, type, value: values }) => {
      fc.assert(
        fc.property(values, values, (head, next) => {
          expect(value(merge(kind, type, undefined, head, [{ base: head, value: next }]))).toEqual(next);
        }),
      );
    },
  );

  it.each(kinds.filter(({ kind }) => kind !== 'text'))(
    'the order of the sides does not matter ($kind)',
    ({ kind, type, value: values }) => {
      fc.assert(
        fc.property(values, values, values, values, values, (head, b1, v1, b2, v2) => {
          const one = { base: b1, value: v1 };
          const two = { base: b2, value: v2 };
          // JSON promises it for sides that saw the same head; its reason names the first leaf in key order.
          const [x, y] =
            kind === 'json'
              ? [
                  { base: head, value: v1 },
                  { base: head, value: v2 },
                ]
              : [one, two];
          expect(merge(kind, type, undefined, head, [x, y])).toEqual(
            merge(kind, type, undefined, head, [y, x]),
          );
        }),
      );
    },
  );

  it('a set keeps every addition and, unless added again, drops every removal', () => {
    fc.assert(
      fc.property(set, set, set, (head, v1, v2) => {
        const [h, x, y] = [head, v1, v2].map((members) => new Set(members as string[])) as [
          Set<string>,
          Set<string>,
          Set<string>,
        ];
        const result = new Set(
          value(
            merge('set', 'set', undefined, head, [
              { base: head, value: v1 },
              { base: head, value: v2 },
            ]),
          ) as string[],
        );
        for (const m of 'abcde') {
          const added = !h.has(m) && (x.has(m) || y.has(m));
          const removed = h.has(m) && !(x.has(m) && y.has(m));
          expect(result.has(m)).toBe(added || (h.has(m) && !removed));
        }
      }),
    );
  });

  it('a merged text contains every word that only one side inserted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<string>('k', 'l', 'm'), { minLength: 3, maxLength: 8 }),
        fc.nat(),
        fc.nat(),
        (words, i, j) => {
          const head = words.join(' ');
          const insert = (at: number, what: string): string =>
            words.toSpliced(at % (words.length + 1), 0, what).join(' ');
          const outcome = merge('text', 'text', undefined, head, [
            { base: head, value: insert(i, 'ONE') },
            { base: head, value: insert(j, 'TWO') },
          ]);
          if (outcome.ok) {
            expect(outcome.value).toContain('ONE');
            expect(outcome.value).toContain('TWO');
            expect((outcome.value as string).split(' ')).toHaveLength(words.length + 2);
          } else {
            expect(outcome.reason).toBe('overlap');
          }
        },
      ),
    );
  });
});
