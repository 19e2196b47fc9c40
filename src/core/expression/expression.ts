import {
  Environment,
  EvaluationError,
  ParseError,
  TypeError as CheckError,
  type ParseResult,
} from '@marcbachmann/cel-js';
import { ExpressionError, type ExpressionErrorCode } from '../errors.js';
import { failed, LIMITS } from './bounds.js';
import { registerCountryFunctions } from './country-functions.js';
import { registerDateFunctions } from './date-functions.js';
import { registerNumberFunctions } from './number-functions.js';
import { registerPhoneFunctions } from './phone-functions.js';
import { usageOf, type Cost, type Usage } from './syntax-tree.js';
import { registerTextFunctions } from './text-functions.js';

/**
 * An expression, checked and ready. Pure and total: no loop but over a list, no I/O, bounded cost; `run` answers or throws
 * ExpressionError.
 */
export interface Expression extends Usage {
  readonly text: string;
  /** CEL type of the result as far as it is known before running: `bool`, `string`, `dyn`. */
  readonly type: string;
  readonly run: (scope: Readonly<Record<string, unknown>>) => unknown;
}

/** Parses and checks an expression over the given variables, all of dynamic type. Throws ExpressionError with the position. */
export function parseExpression(text: string, variables: readonly string[]): Expression {
  if (text.length > LIMITS.expression) {
    throw new ExpressionError(
      'expression-limit',
      `an expression has at most ${String(LIMITS.expression)} characters`,
      LIMITS.expression,
    );
  }
  const parsed = translated(() => environment(variables).parse(text));
  const usage = usageOf(parsed.ast);
  const checked = translated(() => parsed.check());
  if (!checked.valid) throw asExpressionError(checked.error, 'expression-invalid');
  return { ...usage, text, type: checked.type ?? 'dyn', run: runner(parsed, usage.cost) };
}

/** Names that expressions already use: they cannot be variables. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(
  `as break const continue else for function if import let loop package namespace return var void while in true false null
  int uint double string bool bytes list map type dyn null_type google cel optional phone date instant number country`.split(
    /\s+/,
  ),
);

let base: Environment | undefined;
const environments = new Map<string, Environment>();

function environment(variables: readonly string[]): Environment {
  const key = variables.join(' ');
  const known = environments.get(key);
  if (known !== undefined) return known;
  base ??= library();
  const env = base.clone();
  for (const variable of variables) env.registerVariable(variable, 'dyn');
  // The usual sets are few; invariants bring one each.
  if (environments.size < 100) environments.set(key, env);
  return env;
}

function library(): Environment {
  const env = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: LIMITS.nodes,
      maxDepth: LIMITS.depth,
      maxListElements: 1000,
      maxMapEntries: 1000,
      maxCallArguments: 8,
    },
  });
  registerTextFunctions(env);
  registerPhoneFunctions(env);
  registerDateFunctions(env);
  registerNumberFunctions(env);
  registerCountryFunctions(env);
  return env;
}

function runner(parsed: ParseResult, cost: Cost): Expression['run'] {
  const unbounded = cost.loops || cost.searches;
  return (scope) => {
    try {
      if (unbounded) mustBeAffordable(cost, scope);
      return parsed(scope) as unknown;
    } catch (error) {
      throw asExpressionError(error);
    }
  };
}

/**
 * One step looks at all characters once; a loop does that for every member, and a search may do it for every character of what it
 * looks for.
 */
function mustBeAffordable(cost: Cost, scope: Readonly<Record<string, unknown>>): void {
  const { characters, members } = sizeOf(Object.values(scope));
  const rounds = cost.loops ? Math.max(members, Math.min(characters, LIMITS.list)) : 1;
  const perStep = cost.searches ? characters * characters : characters;
  if (cost.nodes * rounds * perStep > LIMITS.work)
    failed('the values are too long for an expression that looks through them again and again');
}

function sizeOf(values: readonly unknown[]): { readonly characters: number; readonly members: number } {
  let characters = 0;
  let members = 0;
  const waiting: unknown[] = [...values];
  for (let value = waiting.pop(); value !== undefined || waiting.length > 0; value = waiting.pop()) {
    if (typeof value === 'string') characters += value.length;
    else if (typeof value === 'object' && value !== null) {
      const inner: unknown[] =
        value instanceof Map
          ? [...(value as Map<unknown, unknown>)]
          : Array.isArray(value)
            ? value
            : Object.entries(value);
      members = Math.max(members, inner.length);
      characters += inner.length;
      for (const one of inner) waiting.push(one);
    }
  }
  return { characters, members };
}

function translated<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // The checker itself stumbles over some texts that mean nothing.
    throw asExpressionError(error, 'expression-invalid');
  }
}

function asExpressionError(
  error: unknown,
  otherwise: ExpressionErrorCode = 'expression-failed',
): ExpressionError {
  if (error instanceof ExpressionError) return error;
  if (error instanceof EvaluationError && error.cause instanceof ExpressionError) return error.cause;
  if (error instanceof ParseError || error instanceof CheckError) {
    const code = /limit|exceed|too_/i.test(error.code) ? 'expression-limit' : 'expression-invalid';
    return new ExpressionError(code, error.summary, error.range?.start ?? null, { cause: error });
  }
  const range = error instanceof EvaluationError ? error.range : undefined;
  const message =
    error instanceof EvaluationError ? error.summary : error instanceof Error ? error.message : String(error);
  return new ExpressionError(otherwise, message, range?.start ?? null, { cause: error });
}
