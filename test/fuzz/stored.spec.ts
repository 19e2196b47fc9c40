import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../src/common/errors.js';
import { PageCursors } from '../../src/common/page-cursor.js';
import { conflictKeyOf, decisionKey, publicId, recordKey } from '../../src/common/public-ids.js';
import type { Cursor } from '../../src/connectors/connector.js';
import { ConnectorError } from '../../src/connectors/errors.js';
import { arrayLiteral } from '../../src/connectors/postgres/array-literal.js';
import {
  advanced,
  asLogCursor,
  coversMark,
  doneUpTo,
  pending,
} from '../../src/connectors/postgres/log-cursor.js';
import { asPollingCursor } from '../../src/connectors/postgres/polling-cursor.js';
import { keyParts } from '../../src/connectors/postgres/record-id.js';
import { isOver, parseSnapshot, upTo } from '../../src/connectors/postgres/snapshot-text.js';
import { parseArrayText } from '../../src/core/canon/array-text.js';
import { parseJson } from '../../src/core/canon/parse-json.js';
import { defaultClock, readUnit, writeUnit } from '../../src/core/at-rest.js';
import { dotText, parseDot, parseVector, vectorText } from '../../src/core/clock.js';
import { conflictKey } from '../../src/core/conflict.js';
import { readCandidates, writeConflict } from '../../src/core/conflict-at-rest.js';
import { StoredFormError } from '../../src/core/stored-form.js';
import type { Unit } from '../../src/core/unit.js';
import { jsonEqual, type Json } from '../../src/core/value.js';
import { POLICIES } from '../support/core/policies.js';
import { unitPlan } from '../support/core/unit-plans.js';
import { prototypesStayClean } from '../support/fuzz/prototypes.js';
import { dot, registers, vector } from '../support/fuzz/registers.js';
import { patience, runs } from '../support/fuzz/runs.js';
import { anyText, mutated } from '../support/fuzz/texts.js';
import { anyJson, mutatedJson } from '../support/fuzz/values.js';

prototypesStayClean();

/** `undefined` after an error of one of these classes; anything else that is thrown is the finding. */
function attempt<T>(kinds: readonly (new (...args: never[]) => Error)[], run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    expect([error, kinds.some((kind) => error instanceof kind)]).toEqual([error, true]);
    expect((error as Error).message).not.toBe('');
    return undefined;
  }
}

describe('clocks as text', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(dot, vector, (of, ctx) => {
        expect(parseDot(dotText(of))).toEqual(of);
        expect(parseVector(vectorText(ctx))).toEqual(ctx);
      }),
      runs(300),
    );
  });

  it(
    'that are none are refused',
    () => {
      const text = fc.oneof(anyText, mutated(['A3', 'H12', '1.2.3.4', '0.0.1'], 3));
      fc.assert(
        fc.property(text, (given) => {
          const parsed = attempt([RangeError], () => parseDot(given));
          if (parsed !== undefined) expect(dotText(parsed)).toBe(given);
          const ctx = attempt([RangeError], () => parseVector(given));
          if (ctx !== undefined) expect(parseVector(vectorText(ctx))).toEqual(ctx);
        }),
        runs(800),
      );
    },
    patience(1),
  );
});

describe('registers at rest', () => {
  const PLAN = unitPlan('name', POLICIES.review);
  const CLOCK = 'B1|1.1';
  /** What is not stored: a raw that says no more than the value, and when head was made once both sides hold it. */
  const essence = (unit: Unit, atRest: boolean): Unit => {
    const bare = (of: Unit['A']): Unit['A'] => ({
      ...of,
      raw: jsonEqual(of.raw, of.value) ? undefined : of.raw,
    });
    const head = atRest ? { ...unit.head, stamp: null, by: null } : unit.head;
    const side = (of: Unit['A']): Unit['A'] =>
      dotText(of.dot) === dotText(head.dot) ? { ...head, raw: bare(of).raw } : bare(of);
    const { contest } = unit;
    const undone = contest?.undone;
    if (contest === null || undone === undefined) return { ...unit, head, A: side(unit.A), B: side(unit.B) };
    const back = <B extends { readonly version: Unit['A'] }>(of: B | null): B | null =>
      of === null ? null : { ...of, version: bare(of.version) };
    const un = { ...undone, A: back(undone.A), B: back(undone.B) };
    return { ...unit, head, A: side(unit.A), B: side(unit.B), contest: { ...contest, undone: un } };
  };

  it(
    'come back as they were written, through JSON',
    () => {
      fc.assert(
        fc.property(registers, (unit) => {
          const stored = parseJson(JSON.stringify(writeUnit(PLAN, CLOCK, unit))) as unknown as ReturnType<
            typeof writeUnit
          >;
          const back = readUnit(CLOCK, stored.field, stored.open ?? undefined);
          expect(essence(back, stored.open === null)).toEqual(essence(unit, stored.open === null));
          expect(defaultClock(back.head)).toBe(defaultClock(unit.head));
        }),
        runs(400),
      );
    },
    patience(2),
  );

  it(
    'that nobody wrote here are refused, or are registers',
    () => {
      const samples = fc.sample(registers, { numRuns: 40, seed: 7 }).map((unit) => {
        const { field, open } = writeUnit(PLAN, CLOCK, unit);
        return { field, open };
      });
      const strangers = fc.oneof(anyJson, fc.constantFrom<Json>('A1', '1.2', [1, 2], 0, [], {}, { v: 1 }));
      fc.assert(
        fc.property(mutatedJson(samples, strangers), (document) => {
          if (typeof document !== 'object' || document === null) return;
          const { field, open } = document as Readonly<Record<string, Json>>;
          attempt([StoredFormError, RangeError], () => {
            const unit = readUnit(CLOCK, field, open ?? undefined);
            const again = writeUnit(PLAN, CLOCK, unit);
            const back = readUnit(CLOCK, again.field, again.open ?? undefined);
            expect(defaultClock(back.head)).toBe(defaultClock(unit.head));
            expect(jsonEqual(back.head.value, unit.head.value)).toBe(true);
          });
        }),
        runs(600),
      );
    },
    patience(3),
  );

  it(
    'candidates of a conflict come back as they were shown, and are refused where they are none',
    () => {
      fc.assert(
        fc.property(registers, anyJson, (unit, stranger) => {
          const { A, B, head } = unit;
          const conflict = {
            kind: 'value',
            reason: 'x',
            candidates: [
              { ...A, key: 'a', side: 'A' },
              { ...B, key: 'b', side: 'B' },
              { ...head, key: 'head', side: null },
            ],
          } as const;
          const doc = writeConflict(PLAN, unit, conflict);
          const back = readCandidates(parseJson(JSON.stringify(doc.candidates)), doc.base);
          expect(conflictKey({ ...conflict, candidates: back })).toBe(doc.key);
          back.forEach(({ value, ctx }, i) => {
            expect({ value, ctx }).toEqual({
              value: conflict.candidates[i]?.value,
              ctx: conflict.candidates[i]?.ctx,
            });
          });
          attempt([StoredFormError, RangeError], () => readCandidates(stranger, doc.base));
        }),
        runs(250),
      );
    },
    patience(2),
  );
});

describe('ids', () => {
  it('of a record with several key columns come back as their parts, any other text as none', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 2, maxLength: 4 }), anyText, (parts, text) => {
        expect(keyParts(JSON.stringify(parts), parts.length)).toEqual(parts);
        expect(keyParts(JSON.stringify(parts), parts.length + 1)).toBeNull();
        expect(keyParts(text, 1)).toEqual([text]);
        const found = keyParts(text, 2);
        if (found !== null) expect(keyParts(JSON.stringify(found), 2)).toEqual(found);
      }),
      runs(500),
    );
  });

  it('in a list of them are told apart by PostgreSQL as they are here', () => {
    fc.assert(
      fc.property(fc.array(fc.option(anyText)), (texts) => {
        expect(parseArrayText(arrayLiteral(texts))).toEqual(texts);
      }),
      runs(300),
    );
  });

  it('of the API name one thing or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText, mutated(['rec_42', 'cf_0199d1a2-0000-7000-8000-000000000000'], 2)),
        (text) => {
          const key = attempt([AppError], () => recordKey(text));
          if (key !== undefined) expect(publicId.record(key)).toBe(text);
          const conflict = attempt([AppError], () => conflictKeyOf(text));
          if (conflict !== undefined) expect(publicId.conflict(conflict)).toBe(text);
          const decision = attempt([AppError], () => decisionKey(text));
          if (decision !== undefined) expect(publicId.decision(decision)).toBe(text);
        },
      ),
      runs(500),
    );
  });
});

describe('cursors', () => {
  it(
    'of pages are read for the filter that they were given out for, and for no other',
    () => {
      const cursors = new PageCursors('secret');
      const keys = fc.array(fc.oneof(anyText, fc.integer()), { maxLength: 3 });
      fc.assert(
        fc.property(anyJson, anyJson, keys, anyText, (filter, other, sortKeys, text) => {
          const cursor = cursors.write(filter, sortKeys);
          expect(cursors.read(filter, cursor)).toEqual(sortKeys);
          if (JSON.stringify(other) !== JSON.stringify(filter))
            expect(attempt([AppError], () => cursors.read(other, cursor))).toBeUndefined();
          expect(attempt([AppError], () => cursors.read(filter, text))).toBeUndefined();
        }),
        runs(300),
      );
    },
    patience(1),
  );

  const SNAPSHOTS = ['10:20:10,14,15', '1:1:', '748:9223372036854775807:748'] as const;

  it(
    'that hold snapshots tell which transactions are over, or are refused',
    () => {
      const xid = fc.nat().map(String);
      fc.assert(
        fc.property(fc.oneof(mutated(SNAPSHOTS, 3), anyText), xid, xid, (text, x, last) => {
          const snapshot = attempt([ConnectorError], () => parseSnapshot(text));
          if (snapshot === undefined) return;
          const over = isOver(snapshot, x);
          if (BigInt(x) < snapshot.xmin) expect(over).toBe(true);
          if (BigInt(x) >= snapshot.xmax) expect(over).toBe(false);
          const cut = parseSnapshot(upTo(text, last));
          if (BigInt(x) <= BigInt(last)) expect(isOver(cut, x)).toBe(over);
          else expect(isOver(cut, x)).toBe(BigInt(x) < cut.xmin);
        }),
        runs(600),
      );
    },
    patience(1),
  );

  it(
    'of a log are used as they were stored, or refused',
    () => {
      const cursor: Json = {
        v: 1,
        mode: 'log',
        log: '16402:7',
        timeline: '1',
        snapshot: '10:20:10,14',
        floor: 40,
        running: { '10': 3, '14': 12 },
        next: {
          snapshot: '10:30:',
          floor: 60,
          seq: 44,
          reach: 3,
          whole: [{ xid: '17', first: 40, last: 50, rekeys: false, at: ['a', 41] }],
        },
        gapBefore: null,
      };
      const strangers = fc.oneof(anyJson, fc.constantFrom<Json>('10:20:', '5', 1, null, {}, { a: 1 }));
      fc.assert(
        fc.property(mutatedJson([cursor], strangers), (given) => {
          const read = attempt([ConnectorError], () => {
            const log = asLogCursor(given);
            coversMark(log, '12');
            return log.next === null ? log : advanced(log, log.next);
          });
          if (read === undefined) return;
          expect(Number.isSafeInteger(doneUpTo(read))).toBe(true);
          expect(pending(read).xids).toHaveLength(pending(read).floors.length);
          expect(asLogCursor(read as unknown as Cursor)).toEqual(read);
        }),
        runs(500),
      );
    },
    patience(1),
  );

  it(
    'of polling are used as they were stored, or refused',
    () => {
      const cursor: Json = {
        v: 1,
        mode: 'polling',
        from: '2026-01-01 00:00:00+00',
        strict: false,
        settled: true,
        quiet: false,
        at: ['2026-01-01 00:00:00+00', '7'],
        high: null,
        newest: '2026-01-01 00:00:00+00',
      };
      fc.assert(
        fc.property(mutatedJson([cursor], anyJson), (given) => {
          const read = attempt([ConnectorError], () => asPollingCursor(given));
          if (read !== undefined) expect(asPollingCursor(parseJson(JSON.stringify(read)))).toEqual(read);
        }),
        runs(300),
      );
    },
    patience(1),
  );
});
