import { publicId } from '../common/public-ids.js';
import type { RecordRow } from '../database/sql/lineage/records.js';
import type {
  WhyBlockedRow,
  WhyConflictRow,
  WhyPipelineRow,
  WhySideRow,
} from '../database/sql/lineage/why.js';
import type { RecordFieldDto } from './record.dto.js';
import type { WhyReasonDto } from './why.dto.js';

type Labels = Readonly<Record<'A' | 'B', string>>;

/** What becomes of the record as a whole. */
export function recordReasons(row: RecordRow, excluded: string | null): readonly WhyReasonDto[] {
  switch (row.state) {
    case 'unlinked':
      return [
        reason(
          'unlinked',
          'stops',
          'Its two records are not linked any more, and no rule links them again.',
          {
            advice: 'Link them by hand if they are the same after all (accord link).',
          },
        ),
      ];
    case 'deleted':
      return [
        reason('deleted', 'stops', 'It is deleted on both sides.', {
          advice: 'It can be restored on this page.',
        }),
      ];
    case 'creating':
      return [
        reason('creating', 'waits', 'It is being made on the other side.', {
          advice: 'Nothing has to be done, unless a side does not answer.',
        }),
      ];
    case 'live':
      break;
  }
  if (row.kept_out_by !== null)
    return [
      reason('kept-out', 'stops', `${row.kept_out_by} keeps it out of sync: ${row.kept_out_why ?? ''}`, {
        since: row.kept_out_at,
        action: 'include',
        advice: 'Include it again: both sides are compared then, and edits made meanwhile count.',
      }),
    ];
  if (excluded === null) return [];
  return [
    reason('out-of-scope', 'stops', `${capital(excluded)}.`, {
      action: 'mend',
      advice: 'It takes part again once its values satisfy the scope of the pipeline.',
    }),
  ];
}

/** What stops or slows the whole pipeline. */
export function pipelineReasons(
  pipeline: WhyPipelineRow,
  sides: readonly WhySideRow[],
): readonly WhyReasonDto[] {
  const found: WhyReasonDto[] = [];
  const { state, state_detail, paused_at, paused_by, pause_reason } = pipeline;
  if (state === 'halted')
    found.push(
      reason(
        'pipeline-halted',
        'stops',
        `The pipeline has stopped: ${state_detail ?? 'a person must look'}`,
        {
          action: 'resume',
          advice: 'Look at the pipeline, and resume it.',
        },
      ),
    );
  else if (state !== 'running')
    found.push(
      reason('pipeline-loading', 'waits', 'The pipeline has not finished its first load.', {
        action: state === 'report' ? 'accept' : 'wait',
        advice:
          state === 'report'
            ? 'Its report waits to be accepted.'
            : 'Nothing has to be done; it goes on by itself.',
      }),
    );
  if (paused_at !== null)
    found.push(
      reason(
        'pipeline-paused',
        'stops',
        `${paused_by ?? 'Somebody'} has paused the pipeline: ${pause_reason ?? ''}`,
        {
          since: paused_at,
          action: 'resume',
          advice: 'Resume the pipeline.',
        },
      ),
    );
  for (const side of sides) found.push(...sideReasons(side));
  return found;
}

function sideReasons(row: WhySideRow): readonly WhyReasonDto[] {
  const { side, label, paused_at, paused_by, pause_reason, error_code, error_detail, error_since, retry_at } =
    row;
  return [
    ...(paused_at === null
      ? []
      : [
          reason(
            'side-paused',
            'stops',
            `${paused_by ?? 'Somebody'} has paused writing to ${label}: ${pause_reason ?? ''}`,
            {
              side,
              since: paused_at,
              action: 'resume',
              advice: `Resume ${label} on the page of the pipeline.`,
            },
          ),
        ]),
    ...(error_code === null
      ? []
      : [
          reason('side-failing', 'stops', `${label}: ${error_detail ?? error_code}`, {
            side,
            since: error_since,
            until: retry_at,
            action: 'mend',
            advice: 'It is tried again by itself. Test its connection under Settings, Connections.',
          }),
        ]),
  ];
}

export function conflictReasons(rows: readonly WhyConflictRow[]): readonly WhyReasonDto[] {
  return rows.map(({ id, unit, state, reason: why, opened_at, undo_until }) => {
    const about = { field: unit, since: opened_at, conflict: publicId.conflict(id) };
    if (state === 'open')
      return reason('conflict', 'stops', capital(why), {
        ...about,
        action: 'decide',
        advice: 'A person has to decide.',
      });
    return reason('held', 'waits', 'It is decided, and written when the decision can no longer be undone.', {
      ...about,
      until: undo_until,
      action: 'undo',
      advice: 'Nothing has to be done. Until then the decision can be undone.',
    });
  });
}

export function blockedReasons(rows: readonly WhyBlockedRow[], labels: Labels): readonly WhyReasonDto[] {
  return rows.map(({ unit, side, code, detail, attempts, since }) => {
    const about = { field: unit, side, since };
    if (code.startsWith('guard-'))
      return reason('guard', 'stops', `A guard holds it back: ${detail}`, {
        ...about,
        action: 'release',
        advice: 'Release or discard what the guard holds, on the page of the pipeline.',
      });
    if (code === 'waiting-for')
      return reason('waiting-for', 'waits', `It waits: ${detail}`, {
        ...about,
        advice: 'It goes on by itself once the record that it points to is linked.',
      });
    const times = attempts === 1 ? '' : ` (tried ${String(attempts)} times)`;
    return reason('refused', 'stops', `${labels[side]} refuses it: ${detail} (${code})${times}`, {
      ...about,
      action: 'retry',
      advice: 'Mend the cause, then try it again under Dead letters; or change the value.',
    });
  });
}

/** Fields that are on their way, or are meant to differ, and of which nothing else was said. */
export function fieldReasons(
  fields: readonly RecordFieldDto[],
  said: ReadonlySet<string>,
): readonly WhyReasonDto[] {
  return fields.flatMap(({ field, state, why }) => {
    if (said.has(field)) return [];
    if (state === 'in-flight')
      return [
        reason('in-flight', 'waits', 'A write of it is on its way.', {
          field,
          advice: 'Nothing has to be done.',
        }),
      ];
    if (state !== 'diverged') return [];
    return [
      reason('policy', 'settled', `Both sides differ, as they are meant to: ${why}`, {
        field,
        advice: 'If they are not to differ, change the policy or the direction of the field.',
      }),
    ];
  });
}

const dueWords: Readonly<Record<string, string>> = {
  'kept-out': 'it was excluded',
  included: 'it was included again',
  resync: 'somebody asked for it',
  verified: 'a verification found something',
  restored: 'it was restored',
  'waiting-for': 'a record that it points to is awaited',
  'waits-for-referrers': 'it is deleted once those that point to it are',
};

export function dueReason({
  due_at,
  reason: why,
}: {
  readonly due_at: Date;
  readonly reason: string;
}): WhyReasonDto {
  const words = dueWords[why];
  return reason('due', 'waits', `It is looked at again${words === undefined ? '' : `, because ${words}`}.`, {
    until: due_at,
    advice: 'Nothing has to be done.',
  });
}

export function reason(
  code: WhyReasonDto['code'],
  weight: WhyReasonDto['weight'],
  detail: string,
  more: {
    readonly advice: string;
    readonly action?: WhyReasonDto['action'];
    readonly field?: string;
    readonly side?: 'A' | 'B';
    readonly since?: Date | null;
    readonly until?: Date | null;
    readonly conflict?: string;
  },
): WhyReasonDto {
  const {
    advice,
    action = 'wait',
    field = null,
    side = null,
    since = null,
    until = null,
    conflict = null,
  } = more;
  return {
    code,
    weight,
    field,
    side,
    detail,
    since: since?.toISOString() ?? null,
    until: until?.toISOString() ?? null,
    action,
    advice,
    conflict,
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
