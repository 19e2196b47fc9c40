import type { FieldSpec, PipelineSpec, PolicySpec } from '../../core/pipeline/spec.js';

/** What the expressions of a pipeline say about one field, as text: members of tables, values that rules and invariants compare with. */
export function literalsAbout(spec: PipelineSpec, field: string): readonly string[] {
  const found = new Set<string>();
  const add = (expression: string | undefined): void => {
    for (const literal of literalsIn(expression ?? '')) found.add(literal);
  };
  for (const expression of lensTexts(spec.fields[field] ?? {})) add(expression);
  for (const [owner, policy] of policies(spec)) {
    const own = owner === field || spec.groups?.[owner]?.fields.includes(field) === true;
    if (policy?.strategy !== 'rules') continue;
    for (const { when } of policy.rules) if (own || mentions(when, field)) add(when);
  }
  for (const { expect, fields } of spec.invariants ?? []) if (fields.includes(field)) add(expect);
  return [...found];
}

export function policies(spec: PipelineSpec): readonly (readonly [string, PolicySpec | undefined])[] {
  return [
    ...Object.entries(spec.fields).map(([name, { policy }]) => [name, policy] as const),
    ...Object.entries(spec.groups ?? {}).map(([name, { policy }]) => [name, policy] as const),
  ];
}

function lensTexts({ a, b, transform }: FieldSpec): readonly (string | undefined)[] {
  const ends = [a, b].flatMap((end) => (typeof end === 'object' ? [end.read, end.write] : []));
  return [transform?.aToB, transform?.bToA, ...ends];
}

function literalsIn(expression: string): readonly string[] {
  const texts = [...expression.matchAll(/"([^"\\]*)"|'([^'\\]*)'/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const rest = expression.replace(/"[^"]*"|'[^']*'/g, ' ');
  const others = [...rest.matchAll(/(?<![\w.])(-?\d+(?:\.\d+)?|true|false)(?![\w.])/g)].map(
    (match) => match[1] ?? '',
  );
  return [...texts, ...others].filter((text) => text !== '');
}

function mentions(expression: string | undefined, field: string): boolean {
  return expression !== undefined && new RegExp(`\\brecord\\.${field}\\b`).test(expression);
}
