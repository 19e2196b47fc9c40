import { stableStringify, type Json } from '../value.js';
import type { FieldEndSpec, PipelineSpec } from './spec.js';

/** What has become of a pipeline's units between two revisions, as far as what is kept of records is concerned. */
export interface MappingChanges {
  /** Not there before, or made of other fields: nothing is known of them, the sides are to be read. */
  readonly added: ReadonlySet<string>;
  /** What a side's value means has changed (type, transform, comparison): what is kept is to be understood anew. */
  readonly changed: ReadonlySet<string>;
}

export function mappingChanges(before: PipelineSpec, after: PipelineSpec): MappingChanges {
  const old = meanings(before);
  const added = new Set<string>();
  const changed = new Set<string>();
  for (const [unit, { fields, meaning }] of meanings(after)) {
    const was = old.get(unit);
    if (was?.fields !== fields) added.add(unit);
    else if (was.meaning !== meaning) changed.add(unit);
  }
  return { added, changed };
}

/** Unit → its fields and what their values mean, as texts that are equal for what is equal. */
function meanings(
  spec: PipelineSpec,
): ReadonlyMap<string, { readonly fields: string; readonly meaning: string }> {
  const grouped = new Set(Object.values(spec.groups ?? {}).flatMap(({ fields }) => fields));
  const units = [
    ...Object.entries(spec.groups ?? {}).map(([name, { fields }]) => [name, [...fields]] as const),
    ...Object.keys(spec.fields)
      .filter((name) => !grouped.has(name))
      .map((name) => [name, [name]] as const),
  ];
  return new Map(
    units.map(([unit, fields]) => [
      unit,
      // What points to other records than before is as good as new.
      {
        fields: JSON.stringify(fields.map((name) => [name, spec.fields[name]?.reference ?? null])),
        meaning: stableStringify(fields.map((name) => meaning(spec, name))),
      },
    ]),
  );
}

/** Which column it is does not matter here: a column of another name is found to be new on its side. */
function meaning(spec: PipelineSpec, name: string): Json {
  const field = spec.fields[name];
  if (field === undefined) return null;
  const end = (given: string | FieldEndSpec | undefined): Json =>
    given === undefined
      ? null
      : typeof given === 'string'
        ? [null, null]
        : [given.read ?? null, given.write ?? null];
  return [
    field.type ?? null,
    end(field.a),
    end(field.b),
    field.transform?.aToB ?? null,
    field.transform?.bToA ?? null,
    (field.compare as Json | undefined) ?? null,
    field.contextOnly ?? false,
  ];
}
