import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Env } from '../common/env.js';
import { dailyFigures } from '../database/sql/notify/daily.js';
import type { MarkRow } from '../database/sql/notify/marks.js';
import {
  newsSince,
  waitingConflicts,
  type NewConflicts,
  type WaitingRow,
} from '../database/sql/notify/new-conflicts.js';
import type { NoticeRow } from '../database/sql/notify/notices.js';
import { standing, type StandingRow } from '../database/sql/notify/standing.js';
import { run } from '../database/sql/statement.js';
import { AnswerLinks } from './answer-links.js';
import { dailyLetter } from './daily-mail.js';
import { digestLetter } from './digest-mail.js';
import { isDue, PACES, type Pace } from './due.js';
import { maySee, type Mode } from './events.js';
import type { Letter } from './letter.js';
import { isDailyDue } from './local-time.js';
import { newConflictsLetter } from './new-conflicts-mail.js';
import { ITEM_EVENTS, letterOf, partOf, stillNews, subjectsOf, type ItemEvent } from './notice-letters.js';
import { conflictsFor, modeFor, type Recipient } from './recipient.js';
import { withTargetNames } from './target-names.js';
import { withTitleUnits } from './title-units.js';
import type { Subjects } from './work-mail.js';

const LISTED = 10;
const LIMIT = 20_000;
const MINUTE = 60_000;

/** What is sent to somebody now, and what they have been told by that. */
export interface Correspondence {
  readonly recipient: Recipient;
  readonly letters: readonly Letter[];
  /** Keys of notices. */
  readonly told: readonly string[];
  readonly marks: readonly { readonly kind: string; readonly mailed: boolean }[];
}

export interface DueInput {
  /** Whoever may be written to now. */
  readonly recipients: readonly Recipient[];
  readonly notices: readonly NoticeRow[];
  readonly marks: readonly MarkRow[];
  /** ms */
  readonly now: number;
  /** Instead of the usual ones. */
  readonly pace: Pace | undefined;
}

interface Desk extends DueInput {
  readonly client: PoolClient;
  readonly pipelines: readonly StandingRow[];
  readonly waiting: ReadonlyMap<string, WaitingRow>;
  readonly subjects: Subjects;
}

/** Decides what is due to whom, and folds it: one mail for what came together. */
@Injectable()
export class LetterBox {
  constructor(
    private readonly env: Env,
    private readonly answers: AnswerLinks,
  ) {}

  async due(client: PoolClient, input: DueInput): Promise<Correspondence[]> {
    const pipelines = await run(client, standing, []);
    const told = input.recipients.map((recipient) => ({
      recipient: recipient.key,
      pipelines: conflictPipelines(recipient, pipelines).ids,
    }));
    const rows = await run(client, waitingConflicts, [
      JSON.stringify(told.filter((one) => one.pipelines.length > 0)),
    ]);
    const desk: Desk = {
      ...input,
      client,
      pipelines,
      waiting: new Map(rows.map((row) => [row.recipient, row])),
      subjects: await subjectsOf(client, input.notices),
    };
    const due: Correspondence[] = [];
    for (const recipient of input.recipients) {
      const one = await this.#for(desk, recipient);
      if (one.letters.length + one.told.length + one.marks.length > 0) due.push(one);
    }
    return due;
  }

  async #for(desk: Desk, recipient: Recipient): Promise<Correspondence> {
    const { mode } = conflictPipelines(recipient, desk.pipelines);
    const sorted = this.#sorted(desk, recipient);
    const parts = [
      { letters: [], told: sorted.off.map(({ id }) => id), marks: [] },
      mode === 'instant' ? await this.#conflictsNow(desk, recipient) : nothing,
      ...ITEM_EVENTS.map((event) => this.#noticesNow(desk, recipient, event, sorted.instant)),
      await this.#digest(desk, recipient, mode === 'digest', sorted.digest),
      await this.#daily(desk, recipient),
    ];
    return {
      recipient,
      letters: parts.flatMap(({ letters }) => letters),
      told: parts.flatMap(({ told }) => told),
      marks: parts.flatMap(({ marks }) => marks),
    };
  }

  /** What waits for somebody, by how they want to be told now. What is no news any more counts as told. */
  #sorted(
    { notices, pipelines, subjects }: Desk,
    recipient: Recipient,
  ): Readonly<Record<Mode, readonly NoticeRow[]>> {
    const by: Record<Mode, NoticeRow[]> = { instant: [], digest: [], off: [] };
    for (const notice of notices) {
      if (notice.recipient !== recipient.key || !isItemEvent(notice.event)) continue;
      const at = pipelines.find(({ id }) => id === notice.pipeline_id);
      const mode = at === undefined ? 'off' : modeFor(recipient, notice.event, at.name);
      const news = mode === 'off' ? null : stillNews(notice, at, subjects);
      by[news === null ? 'off' : mode].push(news ?? notice);
    }
    return by;
  }

  async #conflictsNow(desk: Desk, recipient: Recipient): Promise<Part> {
    const row = desk.waiting.get(recipient.key);
    if (row === undefined) return nothing;
    const mailed = row.mailed_at?.getTime() ?? null;
    if (!isDue(desk.pace ?? PACES.conflicts, desk.now, row.oldest.getTime(), mailed)) return nothing;
    const news = await this.#news(desk, recipient, row);
    return {
      letters: news === null ? [] : [await this.#conflictLetter(desk, recipient, news)],
      told: [],
      marks: [{ kind: 'conflicts', mailed: true }],
    };
  }

  #noticesNow(desk: Desk, { key }: Recipient, event: ItemEvent, instant: readonly NoticeRow[]): Part {
    const notices = instant.filter((notice) => notice.event === event);
    const [first] = notices;
    const mark = desk.marks.find(({ recipient, kind }) => recipient === key && kind === event);
    const mailed = mark?.mailed_at?.getTime() ?? null;
    if (first === undefined || !isDue(desk.pace ?? PACES[event], desk.now, first.at.getTime(), mailed))
      return nothing;
    return {
      letters: [letterOf(event, notices, desk.subjects, this.env.publicUrl)],
      told: notices.map(({ id }) => id),
      marks: [{ kind: event, mailed: true }],
    };
  }

  async #digest(
    desk: Desk,
    recipient: Recipient,
    withConflicts: boolean,
    notices: readonly NoticeRow[],
  ): Promise<Part> {
    const row = withConflicts ? desk.waiting.get(recipient.key) : undefined;
    const oldest = Math.min(
      ...(row === undefined ? [] : [row.oldest.getTime()]),
      ...notices.map(({ at }) => at.getTime()),
    );
    const gatherMs = desk.pace?.gatherMs ?? recipient.preferences.digestMinutes * MINUTE;
    if (!isDue({ gatherMs, silenceMs: 0 }, desk.now, oldest, null)) return nothing;
    const news = row === undefined ? null : await this.#news(desk, recipient, row);
    const { publicUrl } = this.env;
    const events = ITEM_EVENTS.filter((event) => notices.some((notice) => notice.event === event));
    const [event] = events;
    return {
      letters:
        news !== null && event === undefined
          ? [await this.#conflictLetter(desk, recipient, news)]
          : news === null && event !== undefined && events.length === 1
            ? [letterOf(event, notices, desk.subjects, publicUrl)]
            : news === null && event === undefined
              ? []
              : [
                  digestLetter(
                    news,
                    events.map((of) => partOf(of, notices, desk.subjects, publicUrl)),
                    publicUrl,
                  ),
                ],
      told: notices.map(({ id }) => id),
      marks: row === undefined ? [] : [{ kind: 'conflicts', mailed: true }],
    };
  }

  async #daily(desk: Desk, recipient: Recipient): Promise<Part> {
    const { timeZone, dailyAt } = recipient.preferences;
    const mark = desk.marks.find(({ recipient: of, kind }) => of === recipient.key && kind === 'daily');
    if (recipient.person === null || mark === undefined || modeFor(recipient, 'daily', null) === 'off')
      return nothing;
    const last = (mark.mailed_at ?? mark.upto).getTime();
    if (!isDailyDue(desk.now, timeZone, dailyAt, last)) return nothing;
    const { grants } = recipient.person;
    const visible = desk.pipelines.filter(({ name }) => maySee(grants, name)).map(({ id }) => id);
    const letter = dailyLetter(await run(desk.client, dailyFigures, [visible]), desk.now, this.env.publicUrl);
    return {
      letters: letter === null ? [] : [letter],
      told: [],
      marks: [{ kind: 'daily', mailed: true }],
    };
  }

  async #news(desk: Desk, recipient: Recipient, { upto }: WaitingRow): Promise<NewConflicts | null> {
    const { ids } = conflictPipelines(recipient, desk.pipelines);
    const news = await newsSince(desk.client, upto, ids, { limit: LIMIT, listed: LISTED });
    // What was there a moment ago may have been closed.
    if (news.total === 0 || news.listed.length === 0) return null;
    const listed = await withTitleUnits(desk.client, news.listed);
    return { ...news, listed: await withTargetNames(desk.client, listed, recipient) };
  }

  async #conflictLetter(desk: Desk, recipient: Recipient, news: NewConflicts): Promise<Letter> {
    const [only] = news.listed;
    const answers =
      news.total === 1 && only !== undefined
        ? await this.answers.make(desk.client, recipient, only, desk.now)
        : [];
    return newConflictsLetter(news, this.env.publicUrl, answers);
  }
}

type Part = Omit<Correspondence, 'recipient'>;
const nothing: Part = { letters: [], told: [], marks: [] };

function isItemEvent(event: string): event is ItemEvent {
  return (ITEM_EVENTS as readonly string[]).includes(event);
}

function conflictPipelines(
  recipient: Recipient,
  pipelines: readonly StandingRow[],
): { readonly mode: Mode; readonly ids: readonly number[] } {
  const { mode, pipelines: names } = conflictsFor(
    recipient,
    pipelines.map(({ name }) => name),
  );
  return { mode, ids: pipelines.filter(({ name }) => names.includes(name)).map(({ id }) => id) };
}
