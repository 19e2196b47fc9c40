import { publicId } from '../../common/public-ids.js';
import type { WorkRow } from '../../database/sql/review/conflict-rows.js';
import { PRIORITIES } from './filter-conditions.js';
import type { Rules } from './review-rules.js';
import type { PersonRefDto, WorkDto } from './work.dto.js';

/** Names of people by their keys. */
export type Names = ReadonlyMap<string, string>;

/** Tag of what people set: claims and comments do not move it. */
export function workTag({ work_rev }: Pick<WorkRow, 'work_rev'>): string {
  return `"w${String(work_rev)}"`;
}

export function presentPerson(key: string | null, names: Names): PersonRefDto | null {
  return key === null ? null : { id: publicId.person(key), name: names.get(key) ?? 'somebody who is gone' };
}

export function presentWork(
  row: WorkRow & { readonly item_state: string },
  names: Names,
  { queue, sla }: Rules,
): WorkDto {
  const person = (key: string | null): PersonRefDto | null => presentPerson(key, names);
  const claimedBy = person(row.lease_by);
  return {
    etag: workTag(row),
    queue: queue ?? null,
    priority: PRIORITIES[row.urgency] ?? 'normal',
    priorityBy: row.urgency_by_person ? 'person' : 'rule',
    dueAt: time(row.due_at),
    dueBy: row.due_at === null ? null : row.due_by,
    businessHours: sla?.businessHours ?? null,
    riskAt: time(row.risk_at),
    escalateAt: time(row.escalate_at),
    assignee: person(row.assignee_id),
    claim:
      claimedBy === null || row.lease_until === null
        ? null
        : { by: claimedBy, until: row.lease_until.toISOString() },
    turn: person(row.turn_id),
    snooze:
      row.item_state === 'snoozed'
        ? { until: time(row.snoozed_until), orChange: row.wake_on_change, by: person(row.snoozed_by) }
        : null,
    asked:
      row.asked_at === null
        ? null
        : {
            of: person(row.asked_of),
            by: person(row.asked_by),
            at: row.asked_at.toISOString(),
            question: row.asked_question,
          },
    comments: row.comments,
    skips: row.skips,
  };
}

/** Everybody whom these rows name. */
export function peopleIn(rows: readonly WorkRow[]): readonly string[] {
  const keys = rows.flatMap((row) => [
    row.assignee_id,
    row.turn_id,
    row.lease_by,
    row.snoozed_by,
    row.asked_of,
    row.asked_by,
  ]);
  return [...new Set(keys.filter((key) => key !== null))];
}

function time(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
