import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExpressionError, PlanError } from '../../src/core/errors.js';
import { fromExpression, toExpression } from '../../src/core/expression/cel-value.js';
import { parseExpression, type Expression } from '../../src/core/expression/expression.js';
import { compile } from '../../src/core/pipeline/compile.js';
import type { SideFacts } from '../../src/core/pipeline/facts.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import type { RuleCandidate } from '../../src/core/plan.js';
import { stableStringify, type Json } from '../../src/core/value.js';
import { expressionText } from '../support/fuzz/expressions.js';
import { prototypesStayClean } from '../support/fuzz/prototypes.js';
import { patience, runs } from '../support/fuzz/runs.js';
import { canonOf, FIELD_TYPES } from '../support/fuzz/typed.js';
import { anyJson } from '../support/fuzz/values.js';

const NAMES = ['value', 'before'];
const type = fc.constantFrom(...FIELD_TYPES);
const typed = type.chain((of) => fc.record({ of: fc.constant(of), canon: canonOf(of) }));

/** Undefined after an ExpressionError; anything else that is thrown is the finding. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    expect((error as ExpressionError).message).not.toBe('');
    return undefined;
  }
}

prototypesStayClean();

describe('an expression', () => {
  it(
    'is refused at a place in its text, or answers every value with JSON or a failure',
    () => {
      fc.assert(
        fc.property(expressionText, typed, anyJson, (text, { of, canon }, before) => {
          let expression: Expression;
          try {
            expression = parseExpression(text, NAMES);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
            const { code, position } = error as ExpressionError;
            expect(['expression-invalid', 'expression-limit']).toContain(code);
            if (position !== null) expect(position).toBeLessThanOrEqual(text.length);
            return;
          }
          const result = attempt(() =>
            fromExpression(
              expression.run({ value: toExpression(of, canon), before: toExpression('json', before) }),
            ),
          );
          if (result !== undefined) isJson(result);
        }),
        runs(2_000),
      );
    },
    patience(5),
  );

  it(
    'gives equal answers to equal questions',
    () => {
      fc.assert(
        fc.property(expressionText, typed, (text, { of, canon }) => {
          const expression = attempt(() => parseExpression(text, NAMES));
          if (expression === undefined) return;
          const ask = (): string =>
            stableStringify(
              attempt(() =>
                fromExpression(expression.run({ value: toExpression(of, canon), before: null })),
              ) ?? null,
            );
          expect(ask()).toBe(ask());
        }),
        runs(500),
      );
    },
    patience(2),
  );

  it(
    'in a rule or an invariant never keeps a record from being looked at',
    () => {
      const candidate: fc.Arbitrary<RuleCandidate | null> = fc.option(
        fc.record({
          value: canonOf('text'),
          by: fc.string(),
          origin: fc.constantFrom('person', 'integration', 'import', 'unknown'),
          at: fc.constantFrom('', '2026-01-01T00:00:00.000Z'),
        }),
      );
      const condition = expressionText.map((text) =>
        text.replaceAll('value', 'a.value').replaceAll('before', 'record.plan.b'),
      );
      fc.assert(
        fc.property(condition, candidate, candidate, canonOf('json'), (when, a, b, context) => {
          let plan;
          try {
            plan = compile(ruled(when), { A: undefined, B: undefined }, SIDES, 1);
          } catch (error) {
            expect(error).toBeInstanceOf(PlanError);
            return;
          }
          const { policy } = plan.units[0]!;
          const scope = { a, b, base: 'x', context: { plan: { a: context, b: context } } };
          if (policy.strategy === 'rules')
            for (const rule of policy.rules) expect(typeof rule.when(scope)).toBe('boolean');
          for (const { holds } of plan.invariants)
            expect(typeof holds({ name: a?.value ?? null, plan: context })).toBe('boolean');
        }),
        runs(800),
      );
    },
    patience(3),
  );
});

const SIDE: SideFacts = { label: 'CRM', tier: 'T0', orderedLog: true };
const SIDES = { A: SIDE, B: SIDE };

function ruled(when: string): PipelineSpec {
  return {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'p' },
    connections: { a: { ref: 'crm', object: 'public.a' }, b: { ref: 'support', object: 'public.b' } },
    match: [{ id: 'by-name', by: ['name'], action: 'link' }],
    fields: {
      name: { a: 'name', b: 'name', policy: { strategy: 'rules', rules: [{ id: 'r', when, take: 'a' }] } },
      plan: { type: 'json', a: 'plan', b: 'plan', policy: { strategy: 'review' } },
    },
    invariants: [
      {
        id: 'i',
        expect: when.replaceAll('a.value', 'name').replaceAll('record.plan.b', 'plan'),
        fields: ['name', 'plan'],
      },
    ],
  };
}

/** Plain data that can be stored: no instance of anything, no undefined, no function. */
function isJson(value: Json): void {
  expect(JSON.stringify(value)).toBeDefined();
  if (value === null || typeof value !== 'object') {
    expect(['string', 'number', 'boolean', 'object']).toContain(typeof value);
    return;
  }
  expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value));
  Object.values<Json>(value).forEach(isJson);
}
