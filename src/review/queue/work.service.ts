import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Clock } from '../../common/clock.js';
import { AppError } from '../../common/errors.js';
import { publicId } from '../../common/public-ids.js';
import { rolesWith } from '../../common/permissions.js';
import type { Json } from '../../core/value.js';
import type { AuditActor } from '../../database/audit.js';
import { HubPools } from '../../database/pools.js';
import { Veil } from '../../common/veil.js';
import { personalData } from '../../core/pipeline/personal-data.js';
import { Veils } from '../../database/veils.js';
import { notesOfItem, reviewersOf, type NoteRow } from '../../database/sql/review/notes.js';
import {
  askOpinion,
  changeItem,
  claimItem,
  countComment,
  countSkips,
  endOpinion,
  releaseItem,
  rememberSkip,
  skipItem,
  snoozeItem,
  wakeItem,
  type ItemRow,
} from '../../database/sql/review/work.js';
import { run } from '../../database/sql/statement.js';
import type { Answered } from '../idempotent.js';
import { actOnItem, mustNotBeHeldByAnother, mustWait, type ItemRequest, type Said } from './act-on-item.js';
import { PRIORITIES } from './filter-conditions.js';
import { presentActivity } from './present-activity.js';
import { ReviewRules } from './review-rules.js';
import { NO_TIMING, timingByPerson, timingByRule, urgencyByRule, type Timing } from './timing.js';
import type { ActivityDto, PersonRefDto, WorkDto } from './work.dto.js';
import type {
  AskDto,
  ChangeItemDto,
  CommentDto,
  OpinionDto,
  SkipDto,
  SnoozeDto,
} from './work-requests.dto.js';

/** So long somebody is at work on an item before it is anybody's again. */
export const LEASE_MS = 5 * 60_000;
const MOST_COMMENTS = 1_000;
/** People who skip the same: it is not for them alone to leave it lying. */
const SKIPS_TO_ESCALATE = 3;
const LAST_NOTE = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export type WorkRequest = Pick<ItemRequest, 'item' | 'by' | 'idempotencyKey'>;
export type SeenRequest = WorkRequest & { readonly accepted: readonly string[] };

/** What people add to an item of the queue. Nothing of it touches the values: those are decided elsewhere. */
@Injectable()
export class WorkService {
  constructor(
    private readonly pools: HubPools,
    private readonly rules: ReviewRules,
    private readonly clock: Clock,
    private readonly veils: Veils,
  ) {}

  /** @throws AppError `leased` with who has it; `already-decided` */
  claim(request: WorkRequest): Promise<Answered<WorkDto>> {
    return this.#act(request, 'claim', async (client, row) => {
      mustWait(row);
      const me = personOf(request.by);
      await mustNotBeHeldByAnother(client, row, me);
      await run(client, claimItem, [row.id, me, LEASE_MS]);
      return { notes: [], audit: { action: 'conflict.claimed', detail: {} } };
    });
  }

  /** @throws AppError `leased`; `not-claimed` when it was let go of, or decided, or the time was over and is anybody's */
  renew(request: WorkRequest): Promise<Answered<WorkDto>> {
    return this.#act(request, 'renew', async (client, row) => {
      const me = personOf(request.by);
      await mustNotBeHeldByAnother(client, row, me);
      if (row.lease_by !== me)
        throw new AppError('not-claimed', 'You are not at work on it any more: claim it again.');
      await run(client, claimItem, [row.id, me, LEASE_MS]);
      // A screen says so every other minute: it is what was claimed that counts.
      return { notes: [], audit: null };
    });
  }

  /** Lets go of it; also where it was let go of before. @throws AppError `leased` */
  release(request: WorkRequest): Promise<Answered<WorkDto>> {
    return this.#act(request, 'release', async (client, row) => {
      await mustNotBeHeldByAnother(client, row, personOf(request.by));
      await run(client, releaseItem, [row.id]);
      return { notes: [], audit: { action: 'conflict.released', detail: {} } };
    });
  }

  /** Not now, and not by this person: it is not offered to them again until it changes, or for half a day. */
  skip(request: WorkRequest, { reason }: SkipDto): Promise<Answered<WorkDto>> {
    return this.#act(request, ['skip', reason ?? null], async (client, row) => {
      mustWait(row);
      const me = personOf(request.by);
      await mustNotBeHeldByAnother(client, row, me);
      await run(client, rememberSkip, [row.id, me, row.subject_rev]);
      const [counted] = await run(client, countSkips, [row.id]);
      const skips = counted?.n ?? 0;
      const escalates = skips > row.skips && skips === SKIPS_TO_ESCALATE && row.urgency > 0;
      await run(client, skipItem, [row.id, skips, escalates ? row.urgency - 1 : row.urgency]);
      const notes: Said[] = [{ kind: 'skipped', text: reason ?? null }];
      if (escalates)
        notes.push({ kind: 'escalated', detail: { why: 'skipped', to: nameOf(row.urgency - 1) } });
      return { notes, audit: { action: 'conflict.skipped', detail: { reason: reason ?? null } } };
    });
  }

  /**
   * Who is to decide, how urgent it is, and until when.
   *
   * @throws AppError `stale`; `invalid` for somebody who may not decide there
   */
  change(request: Omit<SeenRequest, 'idempotencyKey'>, input: ChangeItemDto): Promise<Answered<WorkDto>> {
    const { by } = request;
    return this.#act({ ...request, idempotencyKey: undefined }, 'change', async (client, row) => {
      if (row.item_state === 'closed') mustWait(row);
      const notes: Said[] = [];
      const detail: Record<string, Json> = {};
      const rules = await this.rules.of(row.pipeline_id, row.pipeline_revision);

      let { assignee_id: assignee, turn_id: turn } = row;
      if (input.assignee !== undefined) {
        assignee =
          input.assignee === null ? null : await this.#reviewer(client, row, by, input.assignee, 'assignee');
        turn = assignee;
        detail.assignee = assignee === null ? null : publicId.person(assignee);
        notes.push({ kind: 'assigned', about: assignee });
      }
      const byPerson = input.priority === undefined ? row.urgency_by_person : input.priority !== 'rule';
      const urgency =
        input.priority === undefined
          ? row.urgency
          : input.priority === 'rule'
            ? urgencyByRule(rules, row)
            : PRIORITIES.indexOf(input.priority);
      if (input.priority !== undefined) {
        detail.priority = {
          from: nameOf(row.urgency),
          to: nameOf(urgency),
          by: byPerson ? 'person' : 'rule',
        };
        notes.push({ kind: 'priority', detail: detail.priority });
      }
      const { timing, dueBy } = this.#due(row, input, urgency, rules);
      if (input.dueAt !== undefined) {
        detail.dueAt = { from: row.due_at?.toISOString() ?? null, to: iso(timing.dueAt), by: dueBy };
        notes.push({ kind: 'due', detail: detail.dueAt });
      }
      const times = [time(timing.dueAt), dueBy, time(timing.riskAt), time(timing.escalateAt)];
      await run(client, changeItem, [row.id, urgency, byPerson, ...times, assignee, turn]);
      return { notes, audit: { action: 'conflict.changed', detail } };
    });
  }

  comment(request: WorkRequest, { text, to }: CommentDto): Promise<Answered<ActivityDto>> {
    return this.#act<ActivityDto>(request, ['comment', text, to ?? null], async (client, row) => {
      if (row.comments >= MOST_COMMENTS)
        throw new AppError(
          'invalid',
          `text: there are ${String(MOST_COMMENTS)} comments, which is the most.`,
        );
      const about = to === undefined ? null : await this.#reviewer(client, row, request.by, to, 'to');
      await run(client, countComment, [row.id, about]);
      const turn: Said[] = about !== null && about !== row.turn_id ? [{ kind: 'turn', about }] : [];
      return {
        status: 201,
        notes: [...turn, { kind: 'comment', text, about }],
        body: async () => {
          const [note] = await run(client, notesOfItem, [row.id, LAST_NOTE, 1]);
          return presentActivity(note as NoteRow, row.unit, new Veil(personalData(null)));
        },
        audit: {
          action: 'conflict.commented',
          detail: { to: about === null ? null : publicId.person(about) },
        },
      };
    });
  }

  /** @throws AppError `stale`; `invalid` where nothing would bring it back */
  snooze(request: SeenRequest, { until, orChange }: SnoozeDto): Promise<Answered<WorkDto>> {
    return this.#act(request, ['snooze', until ?? null, orChange], async (client, row) => {
      mustWait(row);
      if (until === undefined && !orChange)
        throw new AppError('invalid', 'until: expected a time, or orChange: true.');
      if (until !== undefined && instant(until, 'until') <= this.clock.now())
        throw new AppError('invalid', 'until: expected a time that is yet to come.');
      await mustNotBeHeldByAnother(client, row, personOf(request.by));
      await run(client, snoozeItem, [row.id, until ?? null, request.by.personId, orChange]);
      const detail = { until: until ?? null, orChange };
      return { notes: [{ kind: 'snoozed', detail }], audit: { action: 'conflict.snoozed', detail } };
    });
  }

  /** Back into the queue; also where it is there already. */
  wake(request: WorkRequest): Promise<Answered<WorkDto>> {
    return this.#act(request, 'wake', async (client, row) => {
      if (row.item_state === 'closed') mustWait(row);
      await run(client, wakeItem, [row.id]);
      const notes: Said[] = row.item_state === 'snoozed' ? [{ kind: 'woken' }] : [];
      return { notes, audit: { action: 'conflict.woken', detail: {} } };
    });
  }

  /** @throws AppError `stale`; `invalid` for somebody who may not decide there, or oneself */
  ask(request: SeenRequest, { of, question }: AskDto): Promise<Answered<WorkDto>> {
    return this.#act(request, ['ask', of ?? null, question ?? null], async (client, row) => {
      mustWait(row);
      const asked = of === undefined ? null : await this.#reviewer(client, row, request.by, of, 'of');
      if (asked !== null && asked === request.by.personId)
        throw new AppError('invalid', 'of: expected somebody else; a second opinion is not your own.');
      await mustNotBeHeldByAnother(client, row, personOf(request.by));
      await run(client, askOpinion, [row.id, asked, request.by.personId, question ?? null]);
      return {
        notes: [{ kind: 'asked', about: asked, text: question ?? null }],
        audit: {
          action: 'conflict.opinion-asked',
          detail: { of: asked === null ? null : publicId.person(asked) },
        },
      };
    });
  }

  /**
   * What somebody who was asked would choose, of what they were shown. Decides nothing; the turn goes back to whoever asked.
   *
   * @param shown entity tags of the conflict, not of the settings
   * @throws AppError `not-claimed` where nobody has asked, or somebody else was; `stale` when the values have moved
   */
  answer(
    request: WorkRequest & { readonly shown: readonly string[] },
    input: OpinionDto,
  ): Promise<Answered<WorkDto>> {
    const { take = null, value = null, text = null } = input;
    return this.#act(request, ['opinion', take, value, text], async (client, row) => {
      mustWait(row);
      if (take === null && text === null)
        throw new AppError('invalid', 'take: expected a choice, or a text.');
      if (row.asked_at === null)
        throw new AppError('not-waiting', 'Nobody waits for a second opinion on it.');
      const me = personOf(request.by);
      if (row.asked_of !== null && row.asked_of !== me)
        throw new AppError('not-waiting', 'Somebody else was asked; say it in a comment.');
      if (row.asked_by === me)
        throw new AppError('not-waiting', 'It is you who asked; somebody else must answer.');
      if (!request.shown.includes(`"${String(row.subject_rev)}-open"`))
        throw new AppError('stale', 'It is not what was shown any more: look at it again.');
      await run(client, endOpinion, [row.id]);
      const detail = { take, value, rev: row.subject_rev };
      return {
        notes: [{ kind: 'opinion', about: row.asked_by, text, detail }],
        audit: { action: 'conflict.opinion-given', detail: { take } },
      };
    });
  }

  /** People who may decide on a pipeline: whom one can assign to, or ask. */
  async reviewers(pipeline: string): Promise<PersonRefDto[]> {
    const pipelines = await this.rules.seen(null);
    if (!pipelines.some(({ name }) => name === pipeline))
      throw new AppError('not-found', `There is no pipeline ${JSON.stringify(pipeline)}.`);
    const rows = await run(this.pools.general, reviewersOf, [pipeline, rolesWith('conflicts:resolve')]);
    return rows.map(({ id, name }) => ({ id: publicId.person(id), name }));
  }

  async #reviewer(
    client: PoolClient,
    row: ItemRow,
    by: AuditActor,
    id: string,
    field: string,
  ): Promise<string> {
    const key = id === 'me' ? personOf(by) : id.slice('usr_'.length);
    const rows = await run(client, reviewersOf, [row.pipeline, rolesWith('conflicts:resolve')]);
    if (rows.some((one) => one.id === key)) return key;
    const detail = `expected somebody who may decide on ${row.pipeline}: ${rows.length === 0 ? 'there is nobody' : 'GET /pipelines/:name/reviewers lists them'}`;
    throw new AppError('invalid', `/${field}: ${detail}`, {
      faults: [{ pointer: `/${field}`, code: 'reviewer', detail }],
    });
  }

  /** A new priority moves a due date that the file gives; one that a person gave stays. */
  #due(
    row: ItemRow,
    { dueAt }: ChangeItemDto,
    urgency: number,
    rules: Awaited<ReturnType<ReviewRules['of']>>,
  ): { readonly timing: Timing; readonly dueBy: 'rule' | 'person' | null } {
    const from = (row.reopened_at ?? row.opened_at).getTime();
    if (dueAt === 'rule' || (dueAt === undefined && row.due_by !== 'person'))
      return { timing: timingByRule(rules, urgency, from), dueBy: 'rule' };
    if (dueAt === undefined)
      return {
        timing: {
          dueAt: row.due_at?.getTime() ?? null,
          riskAt: row.risk_at?.getTime() ?? null,
          escalateAt: row.escalate_at?.getTime() ?? null,
        },
        dueBy: 'person',
      };
    return {
      timing: dueAt === null ? NO_TIMING : timingByPerson(instant(dueAt, 'dueAt'), this.clock.now()),
      dueBy: 'person',
    };
  }

  #act<T = WorkDto>(
    request: WorkRequest & { readonly accepted?: readonly string[] },
    content: Json,
    change: Parameters<typeof actOnItem<T>>[2],
  ): Promise<Answered<T>> {
    const acting = { pools: this.pools, rules: this.rules, veils: this.veils, now: this.clock.now() };
    return actOnItem(acting, { ...request, content, accepted: request.accepted ?? null }, change);
  }
}

/** Whoever works on the queue is somebody, also where a token of theirs does it. */
function personOf({ personId }: AuditActor): string {
  if (personId === null) throw new AppError('forbidden', 'This is for people and their tokens.');
  return personId;
}

/** What is well-formed may still be no time: the 31st of February. */
function instant(text: string, field: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new AppError('invalid', `/${field}: expected a time such as 2026-12-01T08:00:00Z`);
  return ms;
}

function nameOf(urgency: number): string {
  return PRIORITIES[urgency] ?? 'normal';
}

function time(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
