import {
  Injectable,
  Logger,
  type MessageEvent,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  concat,
  defer,
  exhaustMap,
  filter,
  finalize,
  from,
  interval,
  map,
  merge,
  mergeMap,
  of,
  ReplaySubject,
  Subject,
  takeUntil,
  type Observable,
} from 'rxjs';
import { Clock } from '../common/clock.js';
import { publicId } from '../common/public-ids.js';
import { HubPools } from '../database/pools.js';
import { changedSince, pipelineName, type ChangedRow } from '../database/sql/review/changed-since.js';
import { run } from '../database/sql/statement.js';
import { ChangeListener } from './change-listener.js';

export const EVENT_TYPES = ['conflict', 'pipeline', 'decision'] as const;
type EventType = (typeof EVENT_TYPES)[number];

/** Something changed; look at it again. `subject: null`: too much to name, or it is not known what: look at everything of the type. */
interface Change {
  readonly type: EventType;
  readonly subject: string | null;
}

/** Who listens. */
export interface Listener {
  /** Names of the pipelines that it may hear of; `null`: all. */
  readonly pipelines: readonly string[] | null;
  /** Asked with every heartbeat: a stream would outlive the right to it. */
  readonly isStill: () => Promise<boolean>;
}

/** Changes of so many milliseconds go out together, each thing once. */
const GATHER_MS = 100;
/** More than this at once is told as "everything". */
const MOST_AT_ONCE = 200;
const HEARTBEAT_MS = 15_000;
/** A change carries the time at which its transaction began, and shows when it ends: look back further than any takes. */
const OVERLAP_MS = 60_000;
const LONGEST_AWAY_MS = 3_600_000;

/**
 * What changed, for screens: hints, never data. Told by the database (LISTEN accord_events), so that every replica's screens hear of
 * every replica's work. Ids of events are hub time; whoever comes back with one is told what changed since, possibly twice.
 */
@Injectable()
export class EventFeed implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(EventFeed.name);
  readonly #changes = new Subject<readonly Change[]>();
  readonly #stopped = new ReplaySubject<true>(1);
  readonly #listener: ChangeListener;
  readonly #gathered = new Map<string, Change>();
  #timer: NodeJS.Timeout | null = null;
  #heardUntil: number;
  #subscribers = 0;

  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {
    this.#heardUntil = clock.now();
    this.#listener = new ChangeListener(pools.url, 'accord_events', {
      heard: (payload) => this.#heard(payload),
      back: () => this.#catchUp(),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#listener.open();
  }

  /** Ends every stream, so that open screens do not keep the service from stopping. */
  async onModuleDestroy(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#stopped.next(true);
    await this.#listener.close();
  }

  /** Screens that listen now. */
  get subscribers(): number {
    return this.#subscribers;
  }

  /** @param lastEventId what the client heard last; `undefined` for one that has just loaded what it shows */
  stream(lastEventId: string | undefined, { pipelines, isStill }: Listener): Observable<MessageEvent> {
    return defer(() => {
      const heard = (changes: readonly Change[]): MessageEvent[] =>
        this.#messages(within(pipelines, changes));
      this.#subscribers += 1;
      // All three are subscribed to at once: nothing falls between the replay and what is live.
      return merge(
        concat(
          of(this.#hello()),
          defer(() => this.#missed(lastEventId)).pipe(mergeMap((changes) => from(heard(changes)))),
        ),
        this.#changes.pipe(mergeMap((changes) => from(heard(changes)))),
        interval(HEARTBEAT_MS).pipe(map((): MessageEvent => ({ comment: 'still here' }))),
      ).pipe(
        takeUntil(this.#stopped),
        takeUntil(
          interval(HEARTBEAT_MS).pipe(
            exhaustMap(() => isStill().catch(() => true)),
            filter((still) => !still),
          ),
        ),
        finalize(() => {
          this.#subscribers -= 1;
        }),
      );
    });
  }

  #hello(): MessageEvent {
    return { id: String(this.clock.now()), retry: 2_000, comment: 'listening' };
  }

  #messages(changes: readonly Change[]): MessageEvent[] {
    const id = String(this.clock.now());
    return changes.map(({ type, subject }) => ({
      id,
      type,
      data: { [type === 'pipeline' ? 'name' : 'id']: subject },
    }));
  }

  #heard(payload: string): void {
    this.#heardUntil = this.clock.now();
    const { type, id } = parse(payload);
    if (type !== null && id === null) {
      this.#gather({ type, subject: null });
    } else if (type === 'pipeline' && id !== null && /^\d+$/.test(id)) {
      void this.#nameOf(Number(id)).then((name) => this.#gather({ type, subject: name }));
    } else if (type !== null && id !== null) {
      this.#gather({ type, subject: withPrefix(type, id) });
    }
  }

  #gather(change: Change): void {
    this.#gathered.set(`${change.type} ${change.subject ?? ''}`, change);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const changes = [...this.#gathered.values()];
      this.#gathered.clear();
      this.#changes.next(bounded(changes));
    }, GATHER_MS);
  }

  /** After the connection was away: those who stayed connected to us missed the same as we did. */
  #catchUp(): void {
    this.#changedSince(this.#heardUntil).then(
      (changes) => this.#changes.next(changes),
      (error: unknown) =>
        this.#logger.warn({ msg: 'changes missed while not listening are not known', err: error }),
    );
  }

  async #missed(lastEventId: string | undefined): Promise<readonly Change[]> {
    if (lastEventId === undefined || lastEventId === '') return [];
    const since = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : 0;
    return this.#changedSince(since).catch(() => everything(EVENT_TYPES));
  }

  async #changedSince(since: number): Promise<readonly Change[]> {
    if (this.clock.now() - since > LONGEST_AWAY_MS) return everything(EVENT_TYPES);
    const rows = await run(this.pools.general, changedSince, [since - OVERLAP_MS, MOST_AT_ONCE + 1]);
    return bounded(rows.map(changeOf));
  }

  async #nameOf(pipelineId: number): Promise<string | null> {
    const [row] = await run(this.pools.general, pipelineName, [pipelineId]).catch(() => []);
    return row?.name ?? null;
  }
}

function changeOf({ type, id }: ChangedRow): Change {
  return { type, subject: withPrefix(type, id) };
}

/** Whoever may not see everything is not told ids of what they may not see: only that something has changed. */
function within(pipelines: readonly string[] | null, changes: readonly Change[]): readonly Change[] {
  if (pipelines === null) return changes;
  const named = changes.filter(
    ({ type, subject }) => type === 'pipeline' && (subject === null || pipelines.includes(subject)),
  );
  const others = EVENT_TYPES.filter(
    (type) => type !== 'pipeline' && changes.some((one) => one.type === type),
  );
  return [...named, ...everything(others)];
}

/** Each type is named one by one up to a limit; beyond it the screen looks at all. */
function bounded(changes: readonly Change[]): readonly Change[] {
  return EVENT_TYPES.flatMap((type) => {
    const own = changes.filter((change) => change.type === type);
    return own.length > MOST_AT_ONCE || own.some(({ subject }) => subject === null)
      ? everything([type])
      : own;
  });
}

function everything(types: readonly EventType[]): readonly Change[] {
  return types.map((type) => ({ type, subject: null }));
}

function withPrefix(type: EventType, id: string): string {
  if (type === 'conflict') return /^(cf|grd|hlt)_/.test(id) ? id : publicId.conflict(id);
  if (type === 'decision') return id.startsWith('dec_') ? id : publicId.decision(id);
  return id;
}

/** What is not of this shape says nothing about what changed, and is left out. */
function parse(payload: string): { readonly type: EventType | null; readonly id: string | null } {
  try {
    const { type, id } = JSON.parse(payload) as { readonly type?: unknown; readonly id?: unknown };
    const known = EVENT_TYPES.find((one) => one === type);
    if (known !== undefined && id === null) return { type: known, id };
    if (known !== undefined && (typeof id === 'string' || typeof id === 'number'))
      return { type: known, id: String(id) };
  } catch {
    // Not JSON: not ours.
  }
  return { type: null, id: null };
}
