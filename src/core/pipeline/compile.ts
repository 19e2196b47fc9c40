import type { Side } from '../clock.js';
import { PlanError } from '../errors.js';
import {
  LIFE,
  type ColumnUse,
  type LifePolicy,
  type Plan,
  type Policy,
  type SidePlan,
  type UnitPlan,
} from '../plan.js';
import { archiveOf, compileArchives } from './archive.js';
import { durationMs } from './duration.js';
import type { SchemaFacts, SideFacts } from './facts.js';
import { compileInvariant } from './invariants.js';
import { compilePolicy } from './policy-plan.js';
import { compileRules, nextExpiry, type FieldPlace, type Places } from './rules.js';
import type { FieldSpec, GroupSpec, PipelineSpec, PolicySpec, RuleSpec } from './spec.js';
import { allFields, compileScopes } from './scope.js';
import { direction, groupUnit, plainUnit, type UnitMapping } from './unit-plan.js';

/** A unit before its policy is compiled: rules need the types of all other units first. */
interface Draft {
  readonly key: string;
  readonly mapping: UnitMapping;
  readonly specs: readonly FieldSpec[];
  readonly group: GroupSpec | null;
}

/**
 * A pipeline as written → the plan that the kernel runs. Pure. `schemas` give types where the file names none; without them a field
 * is text. `now` (ms since the epoch) leaves out rules that have expired; `nextRuleExpiry` says when to compile again.
 * Throws PlanError with a path into the spec. It assumes what the lint checks; it throws where it could not go on, and the lint
 * says more and all of it.
 */
export function compile(
  spec: PipelineSpec,
  schemas: SchemaFacts,
  sides: Readonly<Record<Side, SideFacts>>,
  revision: number,
  now: number | null = null,
): Plan {
  const drafts = draftUnits(spec, schemas);
  const places = fieldPlaces(drafts);
  const dependants = new Map<string, string[]>();
  const units = drafts.map((draft): UnitPlan => {
    const { policy, reads } = unitPolicy(draft, places, now);
    for (const read of reads) {
      const known = dependants.get(read);
      if (known === undefined) dependants.set(read, [draft.key]);
      else known.push(draft.key);
    }
    return unitPlan(draft, policy, spec);
  });
  const flapping = spec.guards?.flapping;
  const sidePlans = {
    A: sidePlan('A', sides.A, units, spec),
    B: sidePlan('B', sides.B, units, spec),
  };
  return {
    pipeline: spec.metadata.name,
    revision,
    units,
    unit: new Map(units.map((unit) => [unit.key, unit])),
    sides: sidePlans,
    holdSets: holdSets(spec, units, places),
    invariants: (spec.invariants ?? []).map((invariant, i) => compileInvariant(invariant, i, places)),
    flap: { flips: flapping?.flips ?? 4, windowMs: durationMs(flapping?.window ?? '10m') },
    life: lifePolicy(spec),
    suspended: new Map(),
    dependants,
    ...(spec.deletes?.archive !== undefined && { archive: compileArchives(spec, schemas) }),
    ...(spec.scope !== undefined && { scope: compileScopes(spec, schemas, sidePlans) }),
  };
}

/** When the next rule of the pipeline expires, ms since the epoch; `null` when none does. */
export function nextRuleExpiry(spec: PipelineSpec, now: number): number | null {
  const policies = [
    ...Object.values(spec.fields).map((field) => field.policy),
    ...Object.values(spec.groups ?? {}).map((group) => group.policy),
  ];
  const rules = policies.flatMap((policy): readonly RuleSpec[] =>
    policy?.strategy === 'rules' ? policy.rules : [],
  );
  return nextExpiry(rules, now);
}

/** Units in file order; a group stands where its first field stands. */
function draftUnits(spec: PipelineSpec, schemas: SchemaFacts): readonly Draft[] {
  const groupOf = new Map<string, string>();
  for (const [name, group] of Object.entries(spec.groups ?? {})) {
    group.fields.forEach((field, i) => {
      if (spec.fields[field] === undefined)
        throw new PlanError('unknown-field', `there is no field ${field}`, ['groups', name, 'fields', i]);
      groupOf.set(field, name);
    });
  }
  const drafts: Draft[] = [];
  const done = new Set<string>();
  for (const [field, fieldSpec] of Object.entries(allFields(spec))) {
    const name = groupOf.get(field);
    const group = name === undefined ? undefined : spec.groups?.[name];
    if (name === undefined || group === undefined) {
      drafts.push({
        key: field,
        mapping: plainUnit(field, fieldSpec, schemas),
        specs: [fieldSpec],
        group: null,
      });
    } else if (!done.has(name)) {
      done.add(name);
      const fields = group.fields.map((member): readonly [string, FieldSpec] => [
        member,
        spec.fields[member] as FieldSpec,
      ]);
      drafts.push({
        key: name,
        mapping: groupUnit(fields, schemas),
        specs: fields.map(([, member]) => member),
        group,
      });
    }
  }
  return drafts;
}

function fieldPlaces(drafts: readonly Draft[]): Places {
  const places = new Map<string, FieldPlace>();
  for (const { key, mapping } of drafts) {
    for (const member of mapping.members)
      places.set(member.field, { unit: key, member, isGroup: mapping.isGroup });
  }
  return places;
}

function unitPolicy(
  draft: Draft,
  places: Places,
  now: number | null,
): { readonly policy: Policy; readonly reads: ReadonlySet<string> } {
  const { key, mapping, specs, group } = draft;
  const [first] = specs;
  const spec: PolicySpec | undefined = group === null ? first?.policy : group.policy;
  const path = [group === null ? 'fields' : 'groups', key, 'policy'];
  if (spec === undefined) {
    if (isContextOnly(draft)) return { policy: { strategy: 'review' }, reads: new Set() };
    throw new PlanError('policy-missing', `${key} has no policy`, path);
  }
  if (spec.strategy !== 'rules')
    return { policy: compilePolicy(spec, unitDirection(specs)), reads: new Set() };
  const { rules, reads } = compileRules(spec.rules, mapping, places, [...path, 'rules'], now);
  return { policy: { strategy: 'rules', rules }, reads: new Set([...reads].filter((unit) => unit !== key)) };
}

function unitPlan(draft: Draft, policy: Policy, spec: PipelineSpec): UnitPlan {
  const { key, mapping, specs } = draft;
  const priority = spec.review?.priority;
  return {
    key,
    ...mapping,
    direction: unitDirection(specs),
    policy,
    preferNonBlank: specs.some((field) => field.preferNonBlank === true),
    contextOnly: isContextOnly(draft),
    priority: priority?.[key] ?? priority?.default ?? 'normal',
    pii: specs.some((field) => field.pii === true),
  };
}

function isContextOnly({ specs }: Draft): boolean {
  return specs.every((field) => field.contextOnly === true);
}

/** The members of a group share one direction; the lint insists. */
function unitDirection(specs: readonly FieldSpec[]): UnitPlan['direction'] {
  return direction(specs[0] ?? {});
}

function sidePlan(side: Side, facts: SideFacts, units: readonly UnitPlan[], spec: PipelineSpec): SidePlan {
  const column = new Map<string, ColumnUse>();
  for (const { key, members } of units) {
    for (const member of members) {
      const name = member[side];
      if (name === null) continue;
      const taken = column.get(name);
      if (taken !== undefined) {
        const path = ['fields', member.field, side === 'A' ? 'a' : 'b'];
        throw new PlanError('column-twice', `column ${name} is mapped by ${taken.field} already`, path);
      }
      column.set(name, { unit: key, field: member.field });
    }
  }
  const archive = archiveOf(spec, side)?.column;
  if (archive !== undefined) {
    const taken = column.get(archive);
    if (taken !== undefined)
      throw new PlanError('archive-column', `column ${archive} belongs to ${taken.field} already`, [
        'deletes',
        'archive',
        side === 'A' ? 'a' : 'b',
        'column',
      ]);
    column.set(archive, { unit: LIFE, field: LIFE });
  }
  return {
    side,
    label: facts.label,
    tier: facts.tier,
    orderedLog: facts.orderedLog,
    columns: [...column.keys()],
    column,
  };
}

function holdSets(
  spec: PipelineSpec,
  units: readonly UnitPlan[],
  places: Places,
): readonly ReadonlySet<string>[] {
  return (spec.holdSets ?? []).map(({ fields }, index) => {
    if (fields === 'record')
      return new Set(units.filter((unit) => !unit.contextOnly).map((unit) => unit.key));
    return new Set(
      fields.map((field, i) => {
        const unit = places.get(field)?.unit ?? (spec.groups?.[field] === undefined ? undefined : field);
        if (unit === undefined)
          throw new PlanError('unknown-field', `there is no field ${field}`, [
            'holdSets',
            index,
            'fields',
            i,
          ]);
        return unit;
      }),
    );
  });
}

function lifePolicy({ deletes }: PipelineSpec): LifePolicy {
  return {
    aDeleted: deletes?.aDeleted ?? 'review',
    bDeleted: deletes?.bDeleted ?? 'review',
    deleteVsEdit: deletes?.deleteVsEdit ?? 'review',
  };
}
