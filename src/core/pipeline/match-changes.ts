import { fieldsOfRule } from '../matching/scored-rule.js';
import { stableStringify, type Json } from '../value.js';
import type { CompileInput } from './compile-input.js';
import { columnFacts } from './facts.js';
import { meaning } from './mapping-changes.js';
import type { FieldEndSpec } from './spec.js';

/**
 * Whether records are matched otherwise than before: by other rules, or by fields that mean something else now. What is kept of records
 * that are not linked then says nothing any more.
 */
export function isMatchedOtherwise(before: CompileInput, after: CompileInput): boolean {
  return rulesOf(before) !== rulesOf(after);
}

/** Equal for what is equal. What a rule is called does not matter. */
function rulesOf({ spec, schemas }: CompileInput): string {
  const names = [
    ...new Set(
      spec.match.flatMap(fieldsOfRule).flatMap((name) => [...(spec.groups?.[name]?.fields ?? [name])]),
    ),
  ].sort();
  const end = (side: 'A' | 'B', given: string | FieldEndSpec | undefined): Json => {
    const column = typeof given === 'string' ? given : (given?.column ?? null);
    return [column, columnFacts(schemas[side], column)?.type ?? null];
  };
  const rules = spec.match.map(({ id: _, ...rule }) => rule as unknown as Json);
  const fields = names.map((name) => {
    const field = spec.fields[name];
    return [name, meaning(field), end('A', field?.a), end('B', field?.b)];
  });
  return stableStringify([rules, fields, spec.onAmbiguous ?? 'review']);
}
