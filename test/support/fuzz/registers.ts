import fc from 'fast-check';
import type { Dot, Side, VersionVector } from '../../../src/core/clock.js';
import { flatten, join, sameDot } from '../../../src/core/clock.js';
import type {
  Author,
  Contest,
  GiveBack,
  Image,
  Incorporated,
  Unit,
  Version,
} from '../../../src/core/unit.js';
import { anyText } from './texts.js';
import { storedJson } from './values.js';

const count = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
export const vector: fc.Arbitrary<VersionVector> = fc.tuple(count, count, count, count);
export const dot: fc.Arbitrary<Dot> = fc.record({
  actor: fc.constantFrom('A', 'B', 'H', 'X'),
  n: count.map((n) => Math.max(1, n)),
});

const time = fc.double({ min: -1e15, max: 1e15, noNaN: true }).map((at) => (Object.is(at, -0) ? 0 : at));
const by: fc.Arbitrary<Author | null> = fc.option(
  fc.record({ kind: fc.constantFrom('person', 'integration', 'import', 'unknown'), name: anyText }),
);
const version: fc.Arbitrary<Version> = fc.record({
  value: storedJson,
  dot,
  ctx: vector,
  stamp: fc.option(
    fc.oneof(fc.tuple(time, time), fc.tuple(time, time, fc.constantFrom('ahead' as const, 'bulk' as const))),
  ),
  by,
});

const anyBase = fc.option(
  storedJson.map((value) => ({ value })),
  { nil: undefined },
);

function back(): fc.Arbitrary<GiveBack | null> {
  const edits = fc.nat({ max: 9 });
  return fc.option(
    fc
      .tuple(version, fc.option(anyText, { nil: undefined }), edits, fc.boolean())
      .map(([of, raw, n, refused]) => ({ version: { ...of, raw }, edits: n, refused })),
  );
}

/** Registers of every form that is stored, reachable or not. */
export const registers: fc.Arbitrary<Unit> = fc
  .record({
    head: version,
    A: fc.option(version),
    B: fc.option(version),
    raws: fc.tuple(fc.option(anyText, { nil: undefined }), fc.option(anyText, { nil: undefined })),
    incs: fc.tuple(incorporated(), incorporated()),
    orphans: fc.array(
      version.chain((of) =>
        fc.record({ side: fc.constantFrom('A', 'B'), base: storedJson }).map((more) => ({ ...of, ...more })),
      ),
      { maxLength: 2 },
    ),
    decision: fc.option(fc.tuple(version, anyText, time).map(([of, id, dueAt]) => ({ ...of, id, dueAt }))),
    contest: fc.option(
      fc.record(
        {
          kind: fc.constantFrom<Contest['kind'][]>('undone', 'fight'),
          ctx: vector,
          candidates: fc.array(version, { maxLength: 2 }),
          reason: anyText,
          undone: fc.record({ decision: anyText, A: back(), B: back(), base: anyBase }),
        },
        { requiredKeys: ['kind', 'ctx', 'candidates', 'reason'] },
      ),
    ),
    blocked: fc.option(
      fc.record({
        side: fc.constantFrom('A', 'B'),
        code: anyText,
        detail: anyText,
        since: time,
        head: fc.option(dot),
      }),
    ),
    more: vector,
  })
  .map(({ head, A, B, raws, incs, more, ...rest }): Unit => {
    const image = (side: Side, own: Version | null, raw: string | undefined): Image => {
      const given = rest.contest?.undone?.[side]?.version;
      if (given !== undefined && (own === null || sameDot(own.dot, given.dot))) return { ...given, raw };
      return own === null || sameDot(own.dot, head.dot) ? { ...head, raw } : { ...own, raw };
    };
    const unit: Unit = {
      head,
      A: image('A', A, raws[0]),
      B: image('B', B, raws[1]),
      incA: incs[0](head),
      incB: incs[1](head),
      ...rest,
      tick: more,
    };
    const seen = [unit.A, unit.B, ...unit.orphans, ...(unit.decision === null ? [] : [unit.decision])];
    return {
      ...unit,
      tick: [head, ...seen].reduce<VersionVector>((all, one) => join(all, flatten(one)), more),
    };
  });

function incorporated(): fc.Arbitrary<(head: Version) => Incorporated> {
  return fc.oneof(
    fc.constant((head: Version): Incorporated => ({ value: head.value })),
    fc.constant((): Incorporated => undefined),
    storedJson.map((value) => (): Incorporated => ({ value })),
  );
}
