import type { ClientBase } from 'pg';
import type { RecordState } from '../../connectors/connector.js';
import type { Side } from '../../core/clock.js';
import { blockKeys } from '../../core/matching/block-keys.js';
import { canonText, formOf, normalForm } from '../../core/matching/normal-forms.js';
import { scoredRules, type Profile, type ScoredRule } from '../../core/matching/scored-rule.js';
import type { Raw } from '../../core/value.js';
import { copyIn } from '../../database/copy-in.js';
import { fieldValue, type Matching } from '../match-keys.js';
import type { RunningPipeline } from '../running-pipeline.js';

const SEPARATOR = '\u001f';

/** What a rule compares of a record, and the keys under which others find it. */
export interface Compared {
  readonly profile: Profile;
  readonly keys: readonly string[];
}

export function comparedBy(
  pipeline: Matching,
  side: Side,
  rule: ScoredRule,
  values: Readonly<Record<string, Raw>>,
): Compared {
  const texts = new Map<string, string | null>();
  const textOf = (field: string): string | null => {
    const known = texts.get(field);
    if (known !== undefined) return known;
    const value = fieldValue(pipeline, side, field, values);
    const text = value === null ? null : canonText(value).replaceAll(SEPARATOR, ' ');
    texts.set(field, text);
    return text;
  };
  const inForm = (field: string, form: ReturnType<typeof formOf>): string | null => {
    const text = textOf(field);
    return text === null || form === null ? text : normalForm(form, text, rule.region);
  };
  const forms = new Map(rule.attributes.map(({ field, as }) => [field, formOf(as)]));
  return {
    profile: rule.attributes.map(({ field, as }) => inForm(field, formOf(as))),
    keys: blockKeys(rule.block, (field) => inForm(field, forms.get(field) ?? 'text')),
  };
}

export function profileText(profile: Profile): string {
  return profile.map((value) => value ?? '').join(SEPARATOR);
}

export function readProfile(text: string): Profile {
  return text.split(SEPARATOR).map((value) => (value === '' ? null : value));
}

/** Remembers what rules that score compare of records that are not linked. They must not be remembered yet. */
export async function storeProfiles(
  client: ClientBase,
  pipeline: RunningPipeline,
  side: Side,
  states: readonly RecordState[],
): Promise<void> {
  const rules = scoredRules(pipeline.spec.match);
  if (rules.length === 0) return;
  const compared = states.flatMap((state) =>
    rules.map((rule) => ({
      id: state.id,
      rule: rule.index,
      ...comparedBy(pipeline, side, rule, state.values),
    })),
  );
  await copyIn(
    client,
    'match_record (pipeline_id, side, ext_id, rule, profile)',
    compared.map(({ id, rule, profile }) => [pipeline.id, side, id, rule, profileText(profile)]),
  );
  await copyIn(
    client,
    'match_key (pipeline_id, side, ext_id, rule, key)',
    compared.flatMap(({ id, rule, keys }) => keys.map((key) => [pipeline.id, side, id, rule, key])),
  );
}
