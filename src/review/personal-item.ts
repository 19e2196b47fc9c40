import { LIFE } from '../core/plan.js';
import type { PersonalData } from '../core/pipeline/personal-data.js';
import type { ConflictRow } from '../database/sql/review/conflict-rows.js';
import type { ConflictDto, ConflictSummaryDto } from './conflict.dto.js';

/** An item before it is known whether what it shows is personal data. */
export type PlainSummary = Omit<ConflictSummaryDto, 'personal' | 'covered'>;
export type PlainConflict = Omit<ConflictDto, 'personal' | 'covered' | 'links'>;

/** Whether what an item shows is personal data by the pipeline's file: values of the field, of all fields of a match, a guard's examples. */
export function isPersonal(
  { subject, unit, kind, guard }: Pick<ConflictRow, 'subject' | 'unit' | 'kind' | 'guard'>,
  personal: PersonalData,
): boolean {
  if (unit === LIFE || subject === 'halt') return false;
  if (guard !== null)
    return guard.kind === 'blanking'
      ? personal.hides(guard.subject)
      : personal.any && guard.kind === 'overwrite';
  return kind === 'match' ? personal.any : personal.hides(unit);
}
