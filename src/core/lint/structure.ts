import { readBusinessHours } from '../pipeline/business-hours.js';
import { durationMs } from '../pipeline/duration.js';
import type { FieldSpec, PipelineSpec, PolicySpec } from '../pipeline/spec.js';
import { error, type LintMessage, type SpecPath } from './message.js';

/** What can be said from the file alone about groups, policies and directions: every field is decided exactly once. */
export function lintStructure(spec: PipelineSpec): readonly LintMessage[] {
  const { found, groupOf } = groups(spec);
  for (const [field, of] of Object.entries(spec.fields))
    found.push(...fieldMessages(field, of, groupOf.get(field)));
  for (const [name, group] of Object.entries(spec.groups ?? {})) {
    const members = group.fields.flatMap((field) =>
      spec.fields[field] === undefined ? [] : [spec.fields[field]],
    );
    found.push(...oneWay(members[0]?.direction, group.policy, ['groups', name, 'policy']));
  }
  found.push(...namedUnits(spec), ...timesToDecide(spec));
  return found;
}

function groups(spec: PipelineSpec): { found: LintMessage[]; groupOf: Map<string, string> } {
  const found: LintMessage[] = [];
  const groupOf = new Map<string, string>();
  for (const [name, { fields, policy }] of Object.entries(spec.groups ?? {})) {
    const path = ['groups', name];
    if (spec.fields[name] !== undefined)
      found.push(error('group-name-taken', `there is a field ${name} already`, path));
    fields.forEach((field, i) => {
      const at = [...path, 'fields', i];
      const other = groupOf.get(field);
      const of = spec.fields[field];
      if (of === undefined) found.push(error('group-member-unknown', `there is no field ${field}`, at));
      if (other !== undefined)
        found.push(error('group-member-twice', `${field} belongs to ${other} already`, at));
      if (of?.contextOnly === true) found.push(error('group-context', `${field} is only read by rules`, at));
      groupOf.set(field, name);
    });
    const directions = new Set(fields.map((field) => spec.fields[field]?.direction ?? 'both'));
    if (directions.size > 1)
      found.push(
        error(
          'group-direction',
          'all fields of a group flow in one direction, they are written together',
          path,
        ),
      );
    if (mayMerge(policy))
      found.push(
        error('group-merge', 'a group is decided as one value; merge would mix its fields', [
          ...path,
          'policy',
        ]),
      );
  }
  return { found, groupOf };
}

function mayMerge(policy: PolicySpec): boolean {
  return (
    policy.strategy === 'merge' ||
    (policy.strategy === 'rules' && policy.rules.some(({ take }) => take === 'merge'))
  );
}

function fieldMessages(field: string, spec: FieldSpec, group: string | undefined): readonly LintMessage[] {
  const path = ['fields', field];
  const at = [...path, 'policy'];
  const found: LintMessage[] = [];
  if (spec.contextOnly === true) {
    if (spec.policy !== undefined)
      found.push(error('context-policy', 'a context field is only read, nothing decides over it', at));
    if (spec.a === undefined && spec.b === undefined)
      found.push(error('end-missing', 'a context field needs a column on a or b', path));
  } else {
    for (const end of ['a', 'b'] as const) {
      if (spec[end] === undefined)
        found.push(error('end-missing', `a column on ${end} is missing (or contextOnly: true)`, path));
    }
    if (spec.policy === undefined && group === undefined)
      found.push(error('policy-missing', 'a policy is missing: owner, newest, merge, rules or review', path));
    if (spec.policy !== undefined && group !== undefined)
      found.push(error('policy-twice', `the policy of group ${group} decides`, at));
  }
  if (
    spec.transform !== undefined &&
    typeof spec.a === 'object' &&
    (spec.a.read ?? spec.a.write) !== undefined
  ) {
    found.push(
      error('transform-and-lens', 'transform is short for a.read and a.write; give one of them', [
        ...path,
        'transform',
      ]),
    );
  }
  if (spec.policy !== undefined) found.push(...oneWay(spec.direction, spec.policy, at));
  return found;
}

/** The target of a one-way field never decides; its edits are foreign, whatever the policy would say. */
function oneWay(
  direction: FieldSpec['direction'],
  policy: PolicySpec,
  path: SpecPath,
): readonly LintMessage[] {
  if (direction === undefined || direction === 'both') return [];
  const source = direction === 'aToB' ? 'a' : 'b';
  if (policy.strategy !== 'owner') {
    return [
      error('one-way-policy', `the field flows ${direction} only, so the policy is owner: ${source}`, path),
    ];
  }
  if (policy.owner !== source)
    return [
      error('one-way-owner', `the field flows ${direction} only, so ${source} owns it`, [...path, 'owner']),
    ];
  if (policy.onForeignEdit === 'accept') {
    return [
      error('one-way-accept', 'an accepted edit would have to flow back; revert, review or ignore it', [
        ...path,
        'onForeignEdit',
      ]),
    ];
  }
  return [];
}

const MOST_SLA_MS = 366 * 86_400_000;

function timesToDecide({ review }: PipelineSpec): readonly LintMessage[] {
  const { businessHours, ...lengths } = review?.sla ?? {};
  const hours = businessHours === undefined ? null : readBusinessHours(businessHours);
  return [
    ...(typeof hours === 'string' ? [error('sla-hours', hours, ['review', 'sla', 'businessHours'])] : []),
    ...Object.entries(lengths)
      .filter(([, length]) => durationMs(length) > MOST_SLA_MS)
      .map(([name]) => error('sla-length', 'expected a year at most', ['review', 'sla', name])),
  ];
}

function namedUnits(spec: PipelineSpec): readonly LintMessage[] {
  const known = (name: string): boolean =>
    spec.fields[name] !== undefined || spec.groups?.[name] !== undefined;
  const found: LintMessage[] = [];
  for (const name of Object.keys(spec.review?.priority ?? {})) {
    if (name !== 'default' && !known(name))
      found.push(
        error('priority-unknown', `there is no field or group ${name}`, ['review', 'priority', name]),
      );
  }
  (spec.holdSets ?? []).forEach(({ fields }, index) => {
    if (fields === 'record') return;
    fields.forEach((name, i) => {
      if (!known(name))
        found.push(
          error('unknown-field', `there is no field or group ${name}`, ['holdSets', index, 'fields', i]),
        );
    });
  });
  for (const side of ['a', 'b'] as const) {
    const capture = spec.connections[side].capture;
    const path = ['connections', side, 'capture'];
    if (capture?.mode === 'polling' && capture.updatedAt === undefined) {
      found.push(
        error('capture-options', 'polling needs updatedAt: the column that every edit moves forward', path),
      );
    }
    if (capture !== undefined && capture.mode !== 'polling' && capture.overlap !== undefined) {
      found.push(error('capture-options', 'overlap belongs to polling', [...path, 'overlap']));
    }
    if (capture !== undefined && capture.mode !== 'log' && capture.staleForm !== undefined) {
      found.push(error('capture-options', 'staleForm belongs to a log', [...path, 'staleForm']));
    }
  }
  return found;
}
