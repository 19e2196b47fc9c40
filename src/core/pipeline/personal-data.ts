import { LIFE } from '../plan.js';
import type { PipelineSpec } from './spec.js';

/** Stands for the unit of a question which records are the same: it shows values of all fields. */
const MATCH = '$match';

/** What of a pipeline's records is personal data and is not repeated where others may read along: in mails, for a start. */
export interface PersonalData {
  /** Whether the values of a field or group are; true for whatever the pipeline does not know (any more). */
  hides(unit: string): boolean;
  /** Fields and groups that are known and are not. */
  readonly plain: readonly string[];
  /** Whether any field is, or was as long as there was one. */
  readonly any: boolean;
  /** Whether the name by which people know a record may be. */
  readonly title: boolean;
  /** Names that were taken in this revision or before may be, whatever `title` says: another field may have been the one. `0`: none. */
  readonly titlesUpTo: number;
}

/** What other revisions of a pipeline leave behind. */
export interface FormerRevisions {
  /** Fields that the pipeline has no more were personal: what was said of its records then may hold their values. */
  readonly hadMore: boolean;
  /** The last revision whose fields were others, or others of them personal. */
  readonly otherUpTo: number;
}

const NONE: FormerRevisions = { hadMore: false, otherUpTo: 0 };

/**
 * @param spec `null`: it cannot be known, so everything is
 * @param named the unit that names records (core/title.ts), `null` where none does; without it any personal field may be the one
 */
export function personalData(
  spec: Pick<PipelineSpec, 'fields' | 'groups'> | null,
  named?: string | null,
  { hadMore, otherUpTo }: FormerRevisions = NONE,
): PersonalData {
  if (spec === null) return { hides: () => true, plain: [], any: true, title: true, titlesUpTo: 0 };
  const { fields, groups = {} } = spec;
  const isPersonal = (field: string): boolean => fields[field]?.pii === true;
  const hides = (unit: string): boolean => {
    if (unit === LIFE) return false;
    if (unit === MATCH) return any;
    const members = groups[unit]?.fields ?? [unit];
    return members.some((field) => fields[field] === undefined || isPersonal(field));
  };
  const any = hadMore || Object.keys(fields).some(isPersonal);
  const plain = [LIFE, MATCH, ...Object.keys(fields), ...Object.keys(groups)].filter((unit) => !hides(unit));
  const title = named === undefined ? any : named !== null && hides(named);
  return { hides, plain, any, title, titlesUpTo: any ? otherUpTo : 0 };
}
