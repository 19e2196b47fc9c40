import type { Side } from '../../core/clock.js';
import { mappingChanges } from '../../core/pipeline/mapping-changes.js';
import type { FieldSpec, PipelineSpec } from '../../core/pipeline/spec.js';
import { stableStringify, type Json } from '../../core/value.js';
import type { MatchingPreview } from './matching-preview.js';

export type UnitChange = 'added' | 'removed' | 'mapping' | 'policy';

/** What a change of the declaration would do to the records that are linked now. Nothing was written to find it out. */
export interface ChangePreview {
  readonly pipeline: string;
  /** The revision in force; `null`: it has never run, and compares both sides before anything is written. */
  readonly revision: number | null;
  readonly units: readonly { readonly unit: string; readonly change: UnitChange }[];
  /** Linked records that were looked at. */
  readonly records: number;
  /** Records that would be written, per side. */
  readonly writes: Readonly<Record<Side, number>>;
  readonly conflicts: { readonly opens: number; readonly closes: number; readonly stay: number };
  /** Fields that neither side has been read for: how the records compare. */
  readonly added: Readonly<
    Record<
      string,
      { readonly agree: number; readonly fillsA: number; readonly fillsB: number; readonly differ: number }
    >
  >;
  /** Which records would be chosen otherwise; `null`: the scope is as it was. */
  readonly scope: ScopePreview | null;
  /** What would count as deleted otherwise; `null`: the same as it was. */
  readonly archive: ArchivePreview | null;
  /** `null`: records are matched as before. */
  readonly matching: MatchingPreview | null;
  /** Up to twenty of the writes. */
  readonly samples: readonly {
    readonly record: number;
    readonly side: Side;
    readonly id: string | null;
    readonly unit: string;
    readonly before: Json;
    readonly after: Json;
  }[];
}

/** What another scope would do. Whoever leaves is excluded: nothing is deleted, and nothing is written. */
export interface ScopePreview {
  /** Sides whose filter is another. */
  readonly sides: readonly Side[];
  /** Linked records that come back, and that would be excluded. */
  readonly entering: number;
  readonly leaving: number;
  /** Records without a link that would be linked or made on the other side. */
  readonly newcomers: Readonly<Record<Side, number>>;
  readonly samples: readonly {
    readonly record: number;
    readonly a: string | null;
    readonly b: string | null;
    readonly change: 'enters' | 'leaves';
  }[];
}

/** What it would do that deletions are told otherwise. Nothing is deleted for it: a person is asked. */
export interface ArchivePreview {
  /** Sides on which they are. */
  readonly sides: readonly Side[];
  /** Linked records whose rows would count as deleted, each a question for a person, and that would not any more. */
  readonly marked: number;
  readonly unmarked: number;
  /** Rows without a link that would count as records again, and be linked or made on the other side. */
  readonly newcomers: Readonly<Record<Side, number>>;
  readonly samples: readonly {
    readonly record: number;
    readonly side: Side;
    readonly id: string | null;
    readonly change: 'marked' | 'unmarked';
  }[];
}

export function unitChanges(before: PipelineSpec, after: PipelineSpec): ChangePreview['units'] {
  const { added, changed } = mappingChanges(before, after);
  const [old, now] = [policies(before), policies(after)];
  return [
    ...[...now.keys()].flatMap((unit): ChangePreview['units'] => {
      if (added.has(unit)) return [{ unit, change: 'added' }];
      return [
        ...(changed.has(unit) ? [{ unit, change: 'mapping' as const }] : []),
        ...(old.get(unit) === now.get(unit) ? [] : [{ unit, change: 'policy' as const }]),
      ];
    }),
    ...[...old.keys()].filter((unit) => !now.has(unit)).map((unit) => ({ unit, change: 'removed' as const })),
  ];
}

/** Unit → what decides it, as text that is equal for what is equal. */
function policies(spec: PipelineSpec): ReadonlyMap<string, string> {
  const grouped = new Set(Object.values(spec.groups ?? {}).flatMap(({ fields }) => fields));
  const rule = (policy: unknown, fields: readonly (FieldSpec | undefined)[]): string =>
    stableStringify([
      (policy ?? null) as Json,
      fields.map((field) => [field?.direction ?? 'both', field?.preferNonBlank ?? false]),
    ]);
  return new Map([
    ...Object.entries(spec.groups ?? {}).map(
      ([unit, { policy, fields }]) =>
        [
          unit,
          rule(
            policy,
            fields.map((name) => spec.fields[name]),
          ),
        ] as const,
    ),
    ...Object.entries(spec.fields)
      .filter(([unit]) => !grouped.has(unit))
      .map(([unit, field]) => [unit, rule(field.policy, [field])] as const),
  ]);
}
