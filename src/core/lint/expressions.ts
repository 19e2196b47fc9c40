import { ExpressionError, PlanError } from '../errors.js';
import { parseExpression } from '../expression/expression.js';
import { compile } from '../pipeline/compile.js';
import type { SchemaFacts, SideFacts } from '../pipeline/facts.js';
import type { FieldSpec, PipelineSpec } from '../pipeline/spec.js';
import type { Plan } from '../plan.js';
import type { Side } from '../clock.js';
import { error, LINT_CODES, type LintCode, type LintMessage, type SpecPath } from './message.js';

const UNKNOWN: SideFacts = { label: '', tier: 'T0', orderedLog: true };

/** Compiles every expression on its own, so that all faults are found and not only the first. */
export function lintExpressions(spec: PipelineSpec): readonly LintMessage[] {
  const found: LintMessage[] = [];
  for (const [field, of] of Object.entries(spec.fields)) {
    for (const [text, path, names] of lensExpressions(of, ['fields', field]))
      found.push(...parseMessages(text, names, path));
  }
  return found;
}

/** Rules, invariants, hold sets and columns: the faults that compiling finds, one unit or part at a time. */
export function lintCompiled(spec: PipelineSpec, schemas: SchemaFacts): readonly LintMessage[] {
  const found: LintMessage[] = [];
  const review = { strategy: 'review' } as const;
  const bare: PipelineSpec = {
    ...spec,
    fields: Object.fromEntries(
      Object.entries(spec.fields).map(([name, { transform: _, ...of }]) => [
        name,
        { ...of, a: bareEnd(of.a), b: bareEnd(of.b), policy: review },
      ]),
    ),
    groups: Object.fromEntries(
      Object.entries(spec.groups ?? {}).map(([name, group]) => [
        name,
        {
          ...group,
          fields: group.fields.filter((field) => spec.fields[field] !== undefined),
          policy: review,
        },
      ]),
    ),
    holdSets: [],
    invariants: [],
  };
  const { scope, ...unscoped } = bare;
  const attempt = (part: PipelineSpec): void => {
    const fault = planFault(part, schemas);
    if (fault !== null) found.push(fault);
  };
  attempt(unscoped);
  for (const side of ['a', 'b'] as const) {
    const of = scope?.[side];
    if (of !== undefined) attempt({ ...unscoped, scope: { [side]: of } });
  }
  if (found.length > 0) return found;
  const withRules = (rules: readonly unknown[]): boolean => rules.length > 0;
  for (const [name, { policy }] of Object.entries(spec.fields)) {
    if (policy?.strategy !== 'rules' || !withRules(policy.rules)) continue;
    policy.rules.forEach((rule, i) => {
      const fault = planFault(
        {
          ...bare,
          fields: { ...bare.fields, [name]: { ...bare.fields[name], policy: { ...policy, rules: [rule] } } },
        },
        schemas,
      );
      if (fault !== null) found.push({ ...fault, path: ['fields', name, 'policy', 'rules', i, 'when'] });
    });
  }
  for (const [name, group] of Object.entries(spec.groups ?? {})) {
    const { policy } = group;
    if (policy.strategy !== 'rules') continue;
    policy.rules.forEach((rule, i) => {
      const fault = planFault(
        {
          ...bare,
          groups: {
            ...bare.groups,
            [name]: { ...(bare.groups?.[name] ?? group), policy: { ...policy, rules: [rule] } },
          },
        },
        schemas,
      );
      if (fault !== null) found.push({ ...fault, path: ['groups', name, 'policy', 'rules', i, 'when'] });
    });
  }
  (spec.invariants ?? []).forEach((invariant, i) => {
    const fault = planFault({ ...bare, invariants: [invariant] }, schemas);
    if (fault !== null) found.push({ ...fault, path: ['invariants', i, ...fault.path.slice(2)] });
  });
  return found;
}

/** The plan, where the pipeline can be compiled at all. */
export function tryCompile(
  spec: PipelineSpec,
  schemas: SchemaFacts,
  sides?: Readonly<Record<Side, SideFacts>>,
): Plan | LintMessage {
  try {
    return compile(spec, schemas, sides ?? { A: UNKNOWN, B: UNKNOWN }, 0);
  } catch (thrown) {
    if (!(thrown instanceof PlanError)) throw thrown;
    return error(
      isLintCode(thrown.code) ? thrown.code : 'expression-invalid',
      at(thrown.message, thrown.position),
      thrown.path,
    );
  }
}

function planFault(spec: PipelineSpec, schemas: SchemaFacts): LintMessage | null {
  const result = tryCompile(spec, schemas);
  return 'severity' in result ? result : null;
}

function bareEnd(end: FieldSpec['a']): string | undefined {
  return typeof end === 'object' ? end.column : end;
}

type Located = readonly [text: string, path: SpecPath, names: readonly string[]];

export function lensExpressions(spec: FieldSpec, path: SpecPath): readonly Located[] {
  const found: Located[] = [];
  const add = (text: string | undefined, at: SpecPath, writes: boolean): void => {
    if (text !== undefined) found.push([text, at, writes ? ['value', 'before'] : ['value']]);
  };
  add(spec.transform?.aToB, [...path, 'transform', 'aToB'], false);
  add(spec.transform?.bToA, [...path, 'transform', 'bToA'], true);
  for (const side of ['a', 'b'] as const) {
    const end = spec[side];
    if (typeof end !== 'object') continue;
    add(end.read, [...path, side, 'read'], false);
    add(end.write, [...path, side, 'write'], true);
  }
  return found;
}

function parseMessages(text: string, names: readonly string[], path: SpecPath): readonly LintMessage[] {
  try {
    parseExpression(text, names);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown;
    return [
      error(
        thrown.code === 'expression-limit' ? 'expression-limit' : 'expression-invalid',
        at(thrown.message, thrown.position),
        path,
      ),
    ];
  }
}

function at(message: string, position: number | null): string {
  return position === null ? message : `${message} (at character ${String(position + 1)} of the expression)`;
}

function isLintCode(code: string): code is LintCode {
  return Object.hasOwn(LINT_CODES, code);
}
