import { publicId } from '../../common/public-ids.js';
import type { ConflictRow } from '../../database/sql/review/conflict-rows.js';
import type { ConflictSummaryDto } from '../conflict.dto.js';
import type { ActionDto, WorkDto } from './work.dto.js';

/** What a decision carries in If-Match. Strong: it names the candidates (`rev`) and whether they can be decided on. */
export function etagOf({ rev, state }: { readonly rev: number; readonly state: string }): string {
  return `"${rev}-${state}"`;
}

type ItemFacts = Pick<
  ConflictSummaryDto,
  | 'pipeline'
  | 'unit'
  | 'kind'
  | 'state'
  | 'etag'
  | 'rev'
  | 'priority'
  | 'openedAt'
  | 'changedAt'
  | 'closedAt'
  | 'closeReason'
  | 'reopened'
  | 'reopenedAt'
  | 'work'
  | 'targets'
>;

/** What every item of the queue has, whatever it is about. */
export function presentItem(row: ConflictRow, work: WorkDto): ItemFacts {
  return {
    pipeline: row.pipeline,
    unit: row.unit,
    kind: row.kind,
    state: row.item_state,
    etag: etagOf(row),
    rev: row.rev,
    priority: work.priority,
    openedAt: row.opened_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    closeReason: row.close_reason,
    reopened: row.reopened,
    reopenedAt: row.reopened_at?.toISOString() ?? null,
    work,
    targets: [],
  };
}

export function decideActions({ id, state }: Pick<ConflictRow, 'id' | 'state'>): ActionDto[] {
  if (state !== 'open') return [];
  const path = `/api/v1/conflicts/${publicId.conflict(id)}/decisions`;
  return [{ name: 'decide', method: 'POST', path, needs: 'conflicts:resolve', body: {} }];
}
