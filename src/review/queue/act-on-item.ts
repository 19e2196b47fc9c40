import type { PoolClient } from 'pg';
import { AppError } from '../../common/errors.js';
import { uuidv7 } from '../../common/ids.js';
import { itemKey, noSuch, publicId } from '../../common/public-ids.js';
import type { Json } from '../../core/value.js';
import { appendAudit, type AuditActor } from '../../database/audit.js';
import type { HubPools } from '../../database/pools.js';
import type { Veils } from '../../database/veils.js';
import { insertNote, namesOf, notesSince } from '../../database/sql/review/notes.js';
import { announceItem, lockItem, readItem, type ItemRow } from '../../database/sql/review/work.js';
import { run } from '../../database/sql/statement.js';
import { inTransaction, retryingDeadlocks } from '../../database/transaction.js';
import { once, type Answered } from '../idempotent.js';
import { presentActivity } from './present-activity.js';
import { itemId } from './present-stopped.js';
import { peopleIn, presentWork, workTag } from './present-work.js';
import type { ReviewRules } from './review-rules.js';
import type { ActivityKind, WorkDto } from './work.dto.js';

export interface ItemRequest {
  /** Public id: `cf_…`, `grd_…` or `hlt_…`. */
  readonly item: string;
  readonly by: AuditActor;
  readonly idempotencyKey: string | undefined;
  /** What is asked for: with the same key it must be the same. */
  readonly content: Json;
  /** Entity tags of the settings as they were seen; `null`: whatever they are. */
  readonly accepted: readonly string[] | null;
}

/** Something to be told of an item. */
export interface Said {
  readonly kind: ActivityKind;
  /** Key of the person that it is about. */
  readonly about?: string | null;
  readonly text?: string | null;
  readonly detail?: Readonly<Record<string, Json>>;
}

export interface ItemAction<T> {
  /** Without it: what people have set, as it then is. */
  readonly body?: (work: WorkDto) => Promise<T>;
  readonly status?: number;
  readonly notes: readonly Said[];
  readonly audit: { readonly action: string; readonly detail: Readonly<Record<string, Json>> } | null;
}

export interface Acting {
  readonly pools: HubPools;
  readonly rules: ReviewRules;
  readonly veils: Veils;
  /** Hub time, ms. */
  readonly now: number;
}

/** What was seen of the settings is not what is there. */
class Outdated extends Error {
  constructor(readonly since: number) {
    super();
  }
}

/**
 * Does something to an item that is locked meanwhile: the change, what is told of it, its line in the audit log and the hint to the
 * screens, all or nothing, and once for each Idempotency-Key.
 *
 * @throws AppError `not-found`; `stale` with the settings as they now are and what was changed
 */
export async function actOnItem<T = WorkDto>(
  acting: Acting,
  request: ItemRequest,
  change: (client: PoolClient, row: ItemRow) => Promise<ItemAction<T>>,
): Promise<Answered<T>> {
  const { pools, now } = acting;
  const key = itemKey(request.item);
  const { by } = request;
  try {
    return await retryingDeadlocks(() =>
      inTransaction(pools.general, (client) =>
        once(
          client,
          {
            key: request.idempotencyKey,
            principal: by.id ?? by.name,
            content: [request.item, request.content],
          },
          async () => {
            const [row] = await run(client, lockItem, [key]);
            if (row === undefined || itemId(row) !== request.item) throw noSuch('conflict', request.item);
            if (request.accepted !== null && !request.accepted.includes(workTag(row)))
              throw new Outdated(revOf(request.accepted) ?? row.work_rev);
            const action = await change(client, row);
            const work = await workAfter(client, acting, key);
            await tell(client, by, work.row, action.notes, now);
            await run(client, announceItem, [JSON.stringify({ type: 'conflict', id: request.item })]);
            const body = (await (action.body?.(work.body) ?? work.body)) as T;
            if (action.audit !== null)
              await appendAudit(client, now, {
                actor: by,
                action: action.audit.action,
                object: request.item,
                pipeline: row.pipeline,
                detail: action.audit.detail,
              });
            return { status: action.status ?? 200, body };
          },
        ),
      ),
    );
  } catch (error) {
    if (!(error instanceof Outdated)) throw error;
    throw await staleError(acting, key, error.since);
  }
}

/** Writes what was done to an item. Ids rise with time, and with the place in the list. */
export async function tell(
  client: Pick<PoolClient, 'query'>,
  by: Pick<AuditActor, 'kind' | 'name' | 'personId'>,
  row: Pick<ItemRow, 'id' | 'work_rev'>,
  notes: readonly Said[],
  now: number,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const { kind, about = null, text = null, detail = {} } of notes) {
    const id = uuidv7(now);
    ids.push(id);
    const who = by.kind === 'person' || by.kind === 'token' ? by.kind : 'service';
    await run(client, insertNote, [
      id,
      row.id,
      kind,
      row.work_rev,
      who,
      by.name,
      by.personId,
      about,
      text,
      JSON.stringify(detail),
    ]);
  }
  return ids;
}

/** @throws AppError `already-decided` for what is decided or over: nobody is at work on it any more */
export function mustWait({ item_state, close_reason }: ItemRow): void {
  if (item_state === 'held')
    throw new AppError('already-decided', 'It was decided; undo that decision to go on with it.');
  if (item_state === 'closed')
    throw new AppError('already-decided', `It is closed: ${close_reason ?? 'the values agree again'}.`);
}

/** @throws AppError `leased` with who is at work on it, and until when */
export async function mustNotBeHeldByAnother(
  client: Pick<PoolClient, 'query'>,
  { lease_by, lease_until }: Pick<ItemRow, 'lease_by' | 'lease_until'>,
  me: string | null,
): Promise<void> {
  if (lease_by === null || lease_by === me) return;
  const [person] = await run(client, namesOf, [[lease_by]]);
  const until = lease_until?.toISOString() ?? '';
  const name = person?.name ?? 'Somebody';
  throw new AppError('leased', `${name} is at work on it until ${until}.`, {
    details: { by: { id: publicId.person(lease_by), name }, until },
  });
}

async function workAfter(
  client: Pick<PoolClient, 'query'>,
  { rules }: Acting,
  key: string,
): Promise<{ readonly row: ItemRow; readonly body: WorkDto }> {
  const [row] = await run(client, readItem, [key]);
  if (row === undefined) throw new Error('an item that was locked is gone');
  const people = await run(client, namesOf, [peopleIn([row])]);
  const said = await rules.of(row.pipeline_id, row.pipeline_revision);
  return { row, body: presentWork(row, new Map(people.map(({ id, name }) => [id, name])), said) };
}

async function staleError(acting: Acting, key: string, since: number): Promise<AppError> {
  const { row, body } = await workAfter(acting.pools.general, acting, key);
  const veil = await acting.veils.over(row.pipeline_id);
  const notes = await run(acting.pools.general, notesSince, [key, since]);
  return new AppError('stale', 'Somebody has changed it meanwhile: look at it again.', {
    details: { current: body, changed: notes.map((note) => presentActivity(note, row.unit, veil)) },
  });
}

function revOf(tags: readonly string[]): number | null {
  const found = tags.flatMap((tag) => /^"w(\d{1,9})"$/.exec(tag)?.[1] ?? []);
  return found[0] === undefined ? null : Number(found[0]);
}
