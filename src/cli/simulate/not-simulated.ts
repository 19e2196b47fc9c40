import type { PipelineSpec, RuleSpec } from '../../core/pipeline/spec.js';
import { policies } from '../../simulate/pipeline/literals.js';
import type { SimulationJob } from '../../simulate/pipeline/job.js';
import type { PipelineScenario } from '../../simulate/pipeline/pipeline-scenario.js';

/** Something in the file that the histories leave out, or that is told less sharply. */
export interface Remark {
  /** As the file calls it: `match`, `fields.employees.policy.rules.person-beats-import`. */
  readonly what: string;
  readonly why: string;
}

/** Names everything in a pipeline that its simulation does not try. */
export function notSimulated(
  spec: PipelineSpec,
  scenario: PipelineScenario,
  job: SimulationJob,
): readonly Remark[] {
  const { vocabulary, first } = scenario;
  const remark = (why: string) => (what: string) => ({ what, why });
  return [
    ...matching(spec),
    ...ruleRemarks(spec, job),
    ...vocabulary.speechless.map((field) =>
      remark('no value was found that its transforms take and give back: nobody edits it')(`fields.${field}`),
    ),
    ...vocabulary.few.map((field) =>
      remark('takes only a few values, so that who lost which edit is told less sharply')(`fields.${field}`),
    ),
    ...first.unkept.map((id) =>
      remark('no values were found to begin with at which it holds: left out')(`invariants.${id}`),
    ),
    ...references(spec).map(remark('there is one record, and nobody to point to: played as text')),
    ...untyped(spec).map(remark('no type in the file: played as text')),
    ...settings(spec, job),
  ];
}

function matching({ match, onAmbiguous }: PipelineSpec): readonly Remark[] {
  const why = 'every history begins with two records that are linked';
  return [
    { what: `match (${match.map(({ id }) => id).join(', ')})`, why },
    ...(onAmbiguous === undefined ? [] : [{ what: 'onAmbiguous', why }]),
  ];
}

function ruleRemarks(spec: PipelineSpec, { tiers }: SimulationJob): readonly Remark[] {
  const logs = tiers.A === 'T0-log' && tiers.B === 'T0-log';
  return policies(spec).flatMap(([name, policy]) => {
    if (policy?.strategy !== 'rules') return [];
    const place = spec.groups?.[name] === undefined ? 'fields' : 'groups';
    return policy.rules.flatMap((rule) => {
      const why = ruleRemark(rule, logs);
      return why === null ? [] : [{ what: `${place}.${name}.policy.rules.${rule.id}`, why }];
    });
  });
}

function ruleRemark({ when, take }: RuleSpec, logs: boolean): string | null {
  if (/\b[ab]\.by\b/.test(when ?? '')) return 'nobody has a name here: by is "somebody", or blank';
  if (!logs && /\b[ab]\.origin\b/.test(when ?? ''))
    return 'who made an edit shows only where a log is read: elsewhere origin is "unknown"';
  return take === 'merge' ? 'what a rule merges is played, but not judged' : null;
}

function references({ fields }: PipelineSpec): readonly string[] {
  return Object.entries(fields).flatMap(([name, { reference }]) =>
    reference === undefined ? [] : [`fields.${name}.reference`],
  );
}

function untyped({ fields }: PipelineSpec): readonly string[] {
  return Object.entries(fields).flatMap(([name, { type, reference }]) =>
    type === undefined && reference === undefined ? [`fields.${name}`] : [],
  );
}

function settings(spec: PipelineSpec, { tiers }: SimulationJob): readonly Remark[] {
  const { deletes, schedule, review, connections } = spec;
  const found: Remark[] = [];
  if (spec.scope !== undefined)
    found.push({ what: 'scope', why: 'the record takes part in the whole of every history' });
  const soft = (['A', 'B'] as const).filter((side) => !/^T[01]/.test(tiers[side]));
  if (soft.length > 0)
    found.push({
      what: 'deletes',
      why: `nobody deletes records: a side of tier ${soft.map((side) => tiers[side]).join(' or ')} does not compare before it deletes`,
    });
  if (deletes?.archive !== undefined)
    found.push({ what: 'deletes.archive', why: 'records are played as gone, not as marked' });
  if (deletes?.guard !== undefined)
    found.push({ what: 'deletes.guard', why: 'there is one record, so never many missing at once' });
  if (schedule !== undefined)
    found.push({
      what: 'schedule',
      why: 'when something is read and written is made up, faster and slower than any schedule',
    });
  if (review?.undoWindow !== undefined)
    found.push({
      what: 'review.undoWindow',
      why: 'decisions are taken back at any time, before and after they are written',
    });
  for (const side of ['a', 'b'] as const) {
    if (connections[side].actor !== undefined)
      found.push({
        what: `connections.${side}.actor`,
        why: 'who made an edit is made up, and shows only where a log is read',
      });
    if (connections[side].capture?.mode === 'snapshot')
      found.push({
        what: `connections.${side}.capture`,
        why: 'played as polling: states, not whole snapshots',
      });
  }
  return found;
}
