import type { PoolClient } from 'pg';
import { uuidv7 } from '../common/ids.js';
import { publicId } from '../common/public-ids.js';
import type { AuditEntry } from '../database/audit.js';
import type { MarkRow } from '../database/sql/notify/marks.js';
import { addNotices, type NewNotice } from '../database/sql/notify/notices.js';
import {
  DEADLINE_STEPS,
  moveMark,
  reachedStep,
  takeOverslept,
  takeWork,
  type DeadlineStep,
  type DueItem,
  type WorkNote,
} from '../database/sql/notify/take-work.js';
import { run } from '../database/sql/statement.js';
import type { NotifyEvent } from './events.js';
import { canDecide, hasRole, modeFor, type Recipient } from './recipient.js';
import type { WorkNews } from './work-mail.js';

const LIMIT = 5_000;
const LISTED = 5;
/** Holds the marks of deadlines: they are everybody's. */
const EVERYBODY = '*';
const actions: Readonly<Record<DeadlineStep, string>> = {
  risk: 'deadline.at-risk',
  due: 'deadline.passed',
  escalate: 'deadline.escalated',
};

interface Told {
  readonly recipient: Recipient;
  readonly event: NotifyEvent;
  readonly pipeline_id: number;
  readonly item: WorkNews['items'][number];
  readonly news: Omit<WorkNews, 'count' | 'items'>;
}

/** Takes what people said and did in the queue since the last look, and lays it before those whom it concerns. */
export async function noticeWork(
  client: PoolClient,
  recipients: readonly Recipient[],
  now: string,
): Promise<void> {
  const notes = await run(client, takeWork, [LIMIT]);
  await add(
    client,
    notes.flatMap((note) => ofNote(note, recipients)),
    now,
  );
}

/**
 * Takes what has run out of time since the last look: the assignee hears first, then everybody who decides there, then the engineers.
 *
 * @returns what the audit log is to have of it
 */
export async function noticeDeadlines(
  client: PoolClient,
  recipients: readonly Recipient[],
  marks: readonly MarkRow[],
  now: string,
): Promise<Omit<AuditEntry, 'actor'>[]> {
  const entries: Omit<AuditEntry, 'actor'>[] = [];
  const overslept = await run(client, takeOverslept, [LIMIT]);
  for (const step of DEADLINE_STEPS) {
    const mark = marks.find(({ recipient, kind }) => recipient === EVERYBODY && kind === step);
    const reached = mark === undefined ? [] : await run(client, reachedStep[step], [mark.exact, now, LIMIT]);
    const upto = reached.length < LIMIT ? now : (reached.at(-1)?.at ?? now);
    await run(client, moveMark, [EVERYBODY, step, upto]);
    // What passed just now, and came back just now, is told once.
    const known = new Set(reached.map(({ id }) => id));
    const items = [...reached, ...overslept.filter((item) => item.step === step && !known.has(item.id))];
    await add(
      client,
      items.flatMap((item) => ofDeadline(step, item, recipients)),
      now,
    );
    for (const pipeline of new Set(items.map((item) => item.pipeline))) {
      const those = items.filter((item) => item.pipeline === pipeline);
      const detail = { items: those.length, first: those.slice(0, LISTED).map(idOf) };
      entries.push({ action: actions[step], object: null, pipeline, detail });
    }
  }
  return entries;
}

function ofNote(note: WorkNote, recipients: readonly Recipient[]): Told[] {
  const { kind, pipeline, pipeline_id } = note;
  const event = kind === 'assigned' ? 'assigned' : kind === 'escalated' ? 'deadlines' : 'comments';
  const concerned = recipients.filter((recipient) => {
    const { person } = recipient;
    if (person === null || person.id === note.person_id) return false;
    switch (kind) {
      case 'escalated':
        return person.id === note.assignee_id || hasRole(recipient, 'engineer', pipeline);
      case 'asked':
        return note.about_id === null ? canDecide(recipient, pipeline) : person.id === note.about_id;
      case 'comment':
        return person.id === (note.about_id ?? note.assignee_id);
      default:
        return person.id === note.about_id;
    }
  });
  const by = note.by_kind === 'service' ? '' : note.by_name;
  const news = { what: kind === 'turn' ? 'comment' : kind, pipeline, by, text: note.text } as const;
  const item = { id: note.item_id, subject: note.subject };
  return heard(concerned, event, pipeline).map((recipient) => ({
    recipient,
    event,
    pipeline_id,
    item,
    news,
  }));
}

function ofDeadline(step: DeadlineStep, due: DueItem, recipients: readonly Recipient[]): Told[] {
  const { pipeline, pipeline_id, assignee_id: assignee } = due;
  const concerned = recipients.filter((recipient) => {
    if (recipient.person === null) return false;
    if (step === 'escalate') return hasRole(recipient, 'engineer', pipeline);
    if (step === 'risk' && assignee !== null) return recipient.person.id === assignee;
    return recipient.person.id === assignee || hasRole(recipient, 'steward', pipeline);
  });
  const news = { what: step, pipeline, by: '', text: null };
  const item = { id: due.id, subject: due.subject };
  return heard(concerned, 'deadlines', pipeline).map((recipient) => ({
    recipient,
    event: 'deadlines',
    pipeline_id,
    item,
    news,
  }));
}

function heard(concerned: readonly Recipient[], event: NotifyEvent, pipeline: string): Recipient[] {
  return concerned.filter((recipient) => modeFor(recipient, event, pipeline) !== 'off');
}

/** The same to the same person is one notice: what was done with a thousand at once is told at once. What somebody wrote is not. */
async function add(client: PoolClient, all: readonly Told[], now: string): Promise<void> {
  const groups = new Map<string, Told[]>();
  for (const told of all) {
    const { what, by, text } = told.news;
    const key = JSON.stringify([
      told.recipient.key,
      told.pipeline_id,
      what,
      by,
      text === null ? null : told.item.id,
    ]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [told]);
    else group.push(told);
  }
  const notices = [...groups.values()].flatMap((group): NewNotice[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { recipient, event, pipeline_id, news } = first;
    const items = group.slice(0, LISTED).map(({ item }) => ({ ...item }));
    const facts = { ...news, count: group.length, items };
    return [{ id: uuidv7(), recipient: recipient.key, event, pipeline_id, conflict_id: null, facts }];
  });
  if (notices.length > 0) await run(client, addNotices, [JSON.stringify(notices), now]);
}

function idOf({ id, subject }: DueItem): string {
  return subject === 'conflict' ? publicId.conflict(id) : subject === 'guard' ? publicId.guard(id) : id;
}
