import type { Side } from '../clock.js';
import { CanonError, PlanError } from '../errors.js';
import type { SchemaFacts } from '../pipeline/facts.js';
import { plainUnit, type UnitMapping } from '../pipeline/unit-plan.js';
import { canonText, normalForm } from '../matching/normal-forms.js';
import type { NormalFormName, PipelineSpec } from '../pipeline/spec.js';
import { fieldMapping } from '../mapping/field-mapping.js';
import { isBlank, type Raw } from '../value.js';
import { warning, type LintMessage } from './message.js';

/** Between the fields of a key: a character that no text value can usefully hold. */
const SEPARATOR = '\u001f';

/** What was found of a match rule on a side, among so many records. */
export interface Duplicates {
  readonly side: Side;
  /** Place of the rule in `match`. */
  readonly rule: number;
  readonly looked: number;
  /** Records that share their key with another. */
  readonly records: number;
  /** Ids of two of them. */
  readonly example: readonly [string, string];
}

interface RuleKeys {
  readonly rule: number;
  readonly parts: readonly {
    readonly column: string;
    readonly unit: UnitMapping;
    readonly form: NormalFormName | undefined;
  }[];
  readonly region: string | undefined;
  readonly first: Map<string, string>;
  readonly shared: Map<string, number>;
  example: readonly [string, string] | null;
}

/**
 * Looks for records of one side that have the same key by a rule that links: they would be ambiguous, whoever they belong to. Fed
 * record by record; it keeps one id per key.
 */
export class DuplicateKeys {
  readonly #rules: readonly RuleKeys[];
  #looked = 0;

  constructor(
    spec: PipelineSpec,
    schemas: SchemaFacts,
    private readonly side: Side,
  ) {
    this.#rules = spec.match.flatMap(({ action, by, normalize, region }, rule) => {
      const parts =
        action === 'link' && by !== undefined ? keyParts(spec, schemas, side, by, normalize) : null;
      return parts === null
        ? []
        : [{ rule, parts, region, first: new Map(), shared: new Map(), example: null }];
    });
  }

  /** Columns that the keys are made of; nothing to look for where there are none. */
  columns(): readonly string[] {
    return [...new Set(this.#rules.flatMap(({ parts }) => parts.map(({ column }) => column)))];
  }

  add(id: string, values: Readonly<Record<string, Raw>>): void {
    this.#looked++;
    for (const keys of this.#rules) {
      const key = this.#keyOf(keys, values);
      if (key === null) continue;
      const other = keys.first.get(key);
      if (other === undefined) {
        keys.first.set(key, id);
        continue;
      }
      keys.shared.set(key, (keys.shared.get(key) ?? 1) + 1);
      keys.example ??= [other, id];
    }
  }

  found(): readonly Duplicates[] {
    return this.#rules.flatMap(({ rule, shared, example }) =>
      example === null
        ? []
        : [
            {
              side: this.side,
              rule,
              looked: this.#looked,
              records: [...shared.values()].reduce((sum, records) => sum + records, 0),
              example,
            },
          ],
    );
  }

  #keyOf({ parts, region }: RuleKeys, values: Readonly<Record<string, Raw>>): string | null {
    const texts: string[] = [];
    for (const { column, unit, form } of parts) {
      try {
        const value = unit.get(this.side, values[column] ?? null);
        if (isBlank(value)) return null;
        const text = form === undefined ? unit.compareKey(value) : normalForm(form, canonText(value), region);
        if (text === null) return null;
        texts.push(text);
      } catch (thrown) {
        if (thrown instanceof CanonError) return null;
        throw thrown;
      }
    }
    return texts.join(SEPARATOR);
  }
}

export function lintDuplicates(duplicates: readonly Duplicates[]): readonly LintMessage[] {
  const rules = [...new Set(duplicates.map(({ rule }) => rule))].sort((x, y) => x - y);
  return rules.map((rule) => {
    const sides = duplicates.filter((one) => one.rule === rule).map(inWords);
    return warning('match-duplicates', `${sides.join('; ')}; they cannot be linked by it`, [
      'match',
      rule,
      'by',
    ]);
  });
}

function inWords({ side, looked, records, example: [one, other] }: Duplicates): string {
  return `${String(records)} of ${String(looked)} records looked at on ${side.toLowerCase()} share their key with another (${one} and ${other}, for a start)`;
}

/** `null` where a field cannot be compiled, or is not there: the lint says so elsewhere. */
function keyParts(
  spec: PipelineSpec,
  schemas: SchemaFacts,
  side: Side,
  by: readonly string[],
  forms: Readonly<Record<string, NormalFormName>> = {},
): RuleKeys['parts'] | null {
  const parts: RuleKeys['parts'][number][] = [];
  for (const name of by) {
    const of = spec.fields[name];
    const column = of === undefined ? null : fieldMapping(name, of, schemas)[side].column;
    if (of === undefined || column === null) return null;
    try {
      parts.push({ column, unit: plainUnit(name, of, schemas), form: forms[name] });
    } catch (thrown) {
      if (thrown instanceof PlanError) return null;
      throw thrown;
    }
  }
  return parts.length === 0 ? null : parts;
}
