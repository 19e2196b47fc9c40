import { LIFE } from '../plan.js';
import { TELLING } from '../title.js';
import type { PipelineSpec } from './spec.js';

/** What of a pipeline's records is personal data and is not repeated where others may read along: in mails, for a start. */
export interface PersonalData {
  /** Whether the values of a field or group are; true for whatever the pipeline does not know (any more). */
  hides(unit: string): boolean;
  /** Fields and groups that are known and are not. */
  readonly plain: readonly string[];
  /** Whether any field is. */
  readonly any: boolean;
  /** Whether the name by which people know a record may be. */
  readonly title: boolean;
}

/** @param spec `null`: it cannot be known, so everything is */
export function personalData(spec: Pick<PipelineSpec, 'fields' | 'groups'> | null): PersonalData {
  if (spec === null) return { hides: () => true, plain: [], any: true, title: true };
  const { fields, groups = {} } = spec;
  const isPersonal = (field: string): boolean => fields[field]?.pii === true;
  const hides = (unit: string): boolean => {
    if (unit === LIFE) return false;
    const members = groups[unit]?.fields ?? [unit];
    return members.some((field) => fields[field] === undefined || isPersonal(field));
  };
  // The title comes from the best of the telling fields that holds text, else from the first that does (core/title.ts). Which those are is
  // known only with the columns; any of them counts.
  const telling = Object.keys(fields).filter((field) => TELLING.includes(field.toLowerCase()));
  const any = Object.keys(fields).some(isPersonal);
  const plain = [LIFE, ...Object.keys(fields), ...Object.keys(groups)].filter((unit) => !hides(unit));
  return { hides, plain, any, title: (telling.length > 0 ? telling : Object.keys(fields)).some(isPersonal) };
}
