import { stableStringify, type Json } from '../value.js';
import type { Side } from '../clock.js';
import { changedArchives } from './archive.js';
import { allFields, changedScopes } from './scope.js';
import type { FieldEndSpec, FieldSpec, PipelineSpec } from './spec.js';

/** What has become of a pipeline's units between two revisions, as far as what is kept of records is concerned. */
export interface MappingChanges {
  /** Not there before, or made of other fields: nothing is known of them, the sides are to be read. */
  readonly added: ReadonlySet<string>;
  /** What a side's value means has changed (type, transform, comparison): what is kept is to be understood anew. */
  readonly changed: ReadonlySet<string>;
  /**
   * Sides whose records are chosen otherwise, by a filter or by what counts as deleted: every record is to be looked at, and the side
   * read through for those that came in.
   */
  readonly scopes: readonly Side[];
  /** Those of them on which a deletion is told otherwise. */
  readonly archives: readonly Side[];
}

/** Whether what is kept of records has to be gone through. */
export function mustRecast({ added, changed, scopes }: MappingChanges): boolean {
  return added.size + changed.size + scopes.length > 0;
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
  const archives = changedArchives(before, after);
  return { added, changed, scopes: [...new Set([...changedScopes(before, after), ...archives])], archives };
}

/** Unit → its fields and what their values mean, as texts that are equal for what is equal. */
function meanings(
  spec: PipelineSpec,
): ReadonlyMap<string, { readonly fields: string; readonly meaning: string }> {
  const all = allFields(spec);
  const grouped = new Set(Object.values(spec.groups ?? {}).flatMap(({ fields }) => fields));
  const units = [
    ...Object.entries(spec.groups ?? {}).map(([name, { fields }]) => [name, [...fields]] as const),
    ...Object.keys(all)
      .filter((name) => !grouped.has(name))
      .map((name) => [name, [name]] as const),
  ];
  return new Map(
    units.map(([unit, fields]) => [
      unit,
      // What points to other records than before is as good as new.
      {
        fields: JSON.stringify(fields.map((name) => [name, all[name]?.reference ?? null])),
        meaning: stableStringify(fields.map((name) => meaning(all[name]))),
      },
    ]),
  );
}

/** Which column it is does not matter here: a column of another name is found to be new on its side. */
export function meaning(field: FieldSpec | undefined): Json {
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
