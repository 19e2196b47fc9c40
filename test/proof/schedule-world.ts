import { armFailpoints, FailpointReached } from '../../src/common/failpoint.js';
import { AppError } from '../../src/common/errors.js';
import { Clock } from '../../src/common/clock.js';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import type { Connection } from '../../src/connectors/connector.js';
import { MemoryConnector } from '../../src/connectors/memory/connector.js';
import { NO_FAULTS, type MemoryFaults } from '../../src/connectors/memory/faults.js';
import { MemoryObject } from '../../src/connectors/memory/object.js';
import { MemorySystem } from '../../src/connectors/memory/system.js';
import { DATABASE } from '../../src/connectors/memory/traits.js';
import { SIDES } from '../../src/core/clock.js';
import type { FieldType } from '../../src/core/value.js';
import { HubPools } from '../../src/database/pools.js';
import { RevisionPlans } from '../../src/database/revision-plans.js';
import type { PipelineState } from '../../src/common/pipeline-state.js';
import { FirstLoad } from '../../src/sync/first-load.js';
import { CursorMoved } from '../../src/sync/lane/transaction.js';
import { PipelineOpener } from '../../src/sync/open-pipeline.js';
import { PipelineWorker } from '../../src/sync/pipeline-worker.js';
import { WORKER_DEFAULTS } from '../../src/sync/worker-options.js';
import { Revisions } from '../../src/sync/revisions.js';
import type { RunningPipeline } from '../../src/sync/running-pipeline.js';
import { Sweeper } from '../../src/sync/sweeper.js';
import { steward } from '../support/steward.js';
import { migratedDatabase, type TestDatabase } from '../support/test-database.js';
import { auditDerive } from './derive-audit.js';
import { LOAD_POINTS, RUNNING_POINTS } from './kill-plan.js';
import { GROUP_COLUMNS, killedPipeline, TEXTS } from './killed-pipeline.js';
import { factsOfMemory } from './memory-facts.js';
import { MemoryPeople } from './memory-people.js';
import { judge, type Verdict } from './oracle.js';

const OBJECT = 'public.rec';

/** A clock that a schedule moves on: nobody waits for a backoff. */
class SchedulesClock extends Clock {
  ahead = 0;
  override now(): number {
    return super.now() + this.ahead;
  }
}

class MemoryCatalog extends ConnectionCatalog {
  constructor(private readonly connections: Readonly<Record<'a' | 'b', Connection>>) {
    super();
  }
  override get(name: string): Promise<Connection> {
    return Promise.resolve(this.connections[name as 'a' | 'b']);
  }
}

export interface ScheduleOptions {
  /** Each record is one history. */
  readonly records: number;
  readonly steps: number;
  readonly random: () => number;
}

/**
 * The real worker on real PostgreSQL between two systems in memory, driven step by step: people edit, pages are cut, requests and
 * answers are lost, doubled and late, the worker dies in the middle of a statement and another takes its place, decisions are made and
 * taken back; then all comes to rest and is judged.
 */
export class ScheduleWorld {
  readonly #clock = new SchedulesClock();
  readonly #objects: Readonly<Record<'a' | 'b', MemoryObject>>;
  readonly #people: MemoryPeople;
  readonly #said: string[] = [];
  #pipeline!: RunningPipeline;
  #worker!: PipelineWorker;
  /** Positions up to which edits may have been made before their records were linked. */
  #loaded: Readonly<Record<'a' | 'b', number>> = { a: 0, b: 0 };
  crashes = 0;

  private constructor(
    private readonly database: TestDatabase,
    private readonly hub: HubPools,
    private readonly options: ScheduleOptions,
  ) {
    const object = (side: 'a' | 'b'): MemoryObject =>
      new MemoryObject(
        OBJECT,
        new MemorySystem({
          ...DATABASE,
          refuse: (column, raw) =>
            side === 'b' && column === 'f3' && (raw as string | null)?.endsWith('bad') === true
              ? 'bad'
              : null,
        }),
        fieldTypes(),
        () => this.#clock.now(),
      );
    this.#objects = { a: object('a'), b: object('b') };
    this.#people = new MemoryPeople(this.#objects, options.records, options.random);
  }

  static async open(options: ScheduleOptions): Promise<ScheduleWorld> {
    const database = await migratedDatabase();
    const world = new ScheduleWorld(database, new HubPools(database.url, { lane: 3, general: 6 }), options);
    await world.#open();
    return world;
  }

  async #open(): Promise<void> {
    const spec = killedPipeline();
    const { general } = this.hub;
    await general.query(`insert into pipeline (name, state) values ('killed', 'new')`);
    for (const side of ['A', 'B'])
      await general.query(
        `insert into side_state (pipeline_id, side, label, connector, object) values (1, $1, $2, 'memory', $3)`,
        [side, side === 'A' ? 'CRM' : 'Support', OBJECT],
      );
    const connection = (side: 'a' | 'b'): Promise<Connection> =>
      new MemoryConnector(new Map([[OBJECT, this.#objects[side]]])).open({
        name: side,
        label: side === 'a' ? 'CRM' : 'Support',
        url: 'memory:',
        tls: null,
        clientName: 'accord',
      });
    const opener = new PipelineOpener(
      new Map([[1, { spec, file: 'test.yaml', text: JSON.stringify(spec), hash: 'test' }]]),
      new MemoryCatalog({ a: await connection('a'), b: await connection('b') }),
      new Revisions(this.hub, this.#clock),
      this.hub,
      this.#clock,
    );
    this.#people.begin();
    this.#pipeline = await opener.open(1);
    this.#begin();
  }

  /** A new process: nothing is known but what is stored. */
  #begin(): void {
    const { random } = this.options;
    const pageSize = random() < 0.5 ? WORKER_DEFAULTS.pageSize : 1 + Math.floor(random() * 60);
    const dueSize = random() < 0.5 ? WORKER_DEFAULTS.dueSize : 20 + Math.floor(random() * 60);
    this.#worker = new PipelineWorker(this.#pipeline, this.hub, this.#clock, () => Promise.resolve(), {
      pageSize,
      dueSize,
    });
  }

  async run(): Promise<Verdict> {
    const { random, steps } = this.options;
    await this.#firstLoad();
    const stop = new AbortController();
    const habits = { undo: 0.3, typing: ['f1', 'f2', 'f3'], hesitateMs: 15 };
    const desk = steward(this.hub, random, { ...habits, say: (line) => this.#said.push(line) }, stop.signal);
    for (let step = 0; step < steps; step++) {
      this.#clock.ahead += 400;
      this.#people.edit(1 + Math.floor(random() * 40));
      if (random() < 0.3) for (const side of ['a', 'b'] as const) this.#objects[side].arrive();
      for (const side of ['a', 'b'] as const) this.#objects[side].faults = this.#weather();
      const dice = random();
      if (dice < 0.12) await this.#crash(RUNNING_POINTS);
      else if (dice < 0.16) await this.#restart();
      else if (dice < 0.19) await new Sweeper(this.#pipeline, this.hub).sweep();
      else await this.#cycle();
    }
    stop.abort();
    await desk;
    await this.#drain();
    return this.#judge();
  }

  /** Mostly calm, for a while foul. */
  #weather(): MemoryFaults {
    const { random } = this.options;
    if (random() < 0.6) return NO_FAULTS;
    const bad = random() * 0.3;
    return {
      request: () => {
        const dice = random();
        return dice < bad ? 'lost' : dice < bad * 1.5 ? 'late' : dice < bad * 2 ? 'twice' : null;
      },
      answer: () => (random() < bad ? 'lost' : null),
      lagMs: () => 0,
      logLag: () => (random() < 0.3 ? Math.floor(random() * 12) : 0),
    };
  }

  async #cycle(): Promise<boolean> {
    return this.#surviving(() => this.#worker.cycle());
  }

  /** @returns false also when the worker died and another one took its place */
  async #surviving(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      if (!isTrouble(error)) throw error;
      this.crashes++;
      await this.#restart();
      return false;
    }
  }

  async #restart(): Promise<void> {
    armFailpoints(null);
    // What is on its way goes on without whoever sent it.
    await this.#worker.finish().catch(() => undefined);
    this.#begin();
    await this.#worker.load();
  }

  async #crash(points: readonly string[]): Promise<void> {
    const { random } = this.options;
    const point = points[Math.floor(random() * points.length)] as string;
    armFailpoints(`${point}:${String(1 + Math.floor(random() * 3))}:error`);
    for (let i = 0; i < 2; i++) await this.#cycle();
    armFailpoints(null);
  }

  async #firstLoad(): Promise<void> {
    const { random } = this.options;
    const { signal } = new AbortController();
    for (let attempt = 0; ; attempt++) {
      this.#clock.ahead += 1000;
      this.#people.edit(20);
      const calm = attempt > 12 || random() < 0.3;
      for (const side of ['a', 'b'] as const) this.#objects[side].faults = calm ? NO_FAULTS : this.#weather();
      const point = LOAD_POINTS[Math.floor(random() * LOAD_POINTS.length)] as string;
      armFailpoints(calm ? null : `${point}:1:error`);
      try {
        const { rows } = await this.hub.general.query<{ state: PipelineState }>('select state from pipeline');
        const load = new FirstLoad(
          this.#pipeline,
          this.hub,
          () => Promise.resolve(),
          this.#clock,
          signal,
          () => undefined,
        );
        await load.advance(rows[0]?.state ?? 'new');
        await this.#worker.load();
        this.#worker.adopt(load.receipts);
        while (SIDES.some((side) => !this.#worker.sides[side].readToEnd)) {
          this.#clock.ahead += 1000;
          await this.#worker.cycle();
        }
        await load.finish();
        armFailpoints(null);
        const { a, b } = this.#objects;
        this.#loaded = { a: a.system.position, b: b.system.position };
        return;
      } catch (error) {
        if (!isTrouble(error)) throw error;
        this.crashes++;
        await this.#restart();
      }
    }
  }

  async #drain(): Promise<void> {
    armFailpoints(null);
    for (const side of ['a', 'b'] as const) {
      this.#objects[side].faults = NO_FAULTS;
      this.#objects[side].arrive();
    }
    let last = '';
    let still = 0;
    for (let round = 0; round < 2000; round++) {
      this.#clock.ahead += 400;
      const more = await this.#worker.cycle();
      const { rows } = await this.hub.general.query(
        `select (select count(*)::int from push_due) as due, (select count(*)::int from unmatched where reason = 'waiting') as waiting,
                (select count(*)::int from attempt_batch where state in ('sent', 'unknown')) as open`,
      );
      last = JSON.stringify(rows[0]);
      still =
        !more && last === '{"due":0,"waiting":0,"open":0}' && !(await this.#worker.hasWork()) ? still + 1 : 0;
      if (still === 3) return;
      if (!more) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const waiting = await this.hub.general.query(
      `select u.*, (select json_agg(r) from load_record r join load_record m on m.match_key = r.match_key where m.ext_id = u.ext_id and m.side = u.side) as known from unmatched u`,
    );
    const due = await this.hub.general.query('select * from push_due limit 3');
    throw new Error(`it does not come to rest: ${last} ${JSON.stringify([waiting.rows, due.rows])}`);
  }

  async #judge(): Promise<Verdict> {
    const verdict = await judge({
      a: factsOfMemory(this.#objects.a.system),
      b: factsOfMemory(this.#objects.b.system),
      hub: this.hub.general,
      unwatched: [{ a: [0, this.#loaded.a], b: [0, this.#loaded.b] }],
      promised: this.#said.flatMap((line) => (line.startsWith('decided ') ? [line.slice(8)] : [])),
    });
    const plan = await new RevisionPlans(this.hub).planOf(1);
    const faults = this.#said.filter((line) => line.startsWith('fault'));
    return {
      ...verdict,
      violations: [...verdict.violations, ...faults, ...(await auditDerive(this.hub.general, plan))],
    };
  }

  /** What is stored of the record that a violation names, and what stood on its sides. */
  async story(violation: string): Promise<string> {
    const value = violation.split(' ')[0] as string;
    const typed = (['a', 'b'] as const)
      .flatMap((side) => this.#objects[side].system.journal.map((one) => [side, one] as const))
      .find(([, { after }]) => Object.values(after).includes(value));
    const key =
      /\bk\d+\b|\b[ab]\d+-new\b/.exec(violation)?.[0] ??
      (typed === undefined
        ? ''
        : (this.#objects[typed[0]].system.standing(typed[1].record)?.values.key as string));
    const id = Number(/^\d+/.exec(violation)?.[0] ?? 0);
    const lines: string[] = [];
    const link = `select s.link_id from shadow s where s.link_id = $2 or coalesce(s.fields ->> 'key', s.fields -> 'key' ->> 'v') = $1`;
    for (const text of [
      `select l.*, s.rev, s.att_a, s.att_b, s.clock, s.fields, s.open from link l join shadow s on s.link_id = l.id where l.id in (${link})`,
      `select id, side, kind, state, position, mark, exceptions, error from attempt_batch where id in (select unnest(array[batch_a, batch_b]) from lineage where link_id in (${link}))`,
      `select unit, state, kind, key, close_reason from conflict where link_id in (${link}) order by opened_at`,
      `select id, unit, take, outcome, value from decision where link_id in (${link}) order by at`,
      `select id, kind, side, source_tx, batch_a, batch_b, units from lineage where link_id in (${link}) order by id limit 100`,
    ])
      for (const row of (await this.hub.general.query(text, [key, id])).rows) lines.push(JSON.stringify(row));
    for (const side of ['a', 'b'] as const) {
      const { journal, records } = this.#objects[side].system;
      for (const { position, record, op, before, after, origin, request } of journal)
        if (records.get(record)?.now.values.key === key)
          lines.push(`${side} ${JSON.stringify({ position, op, before, after, origin, request })}`);
    }
    return lines.join('\n');
  }

  async close(): Promise<void> {
    armFailpoints(null);
    await this.#worker.finish().catch(() => undefined);
    await this.hub.close();
    await this.database.drop();
  }
}

function fieldTypes(): Readonly<Record<string, FieldType>> {
  const texts = ['key', ...TEXTS, ...GROUP_COLUMNS].map((name) => [name, 'text'] as const);
  return { ...Object.fromEntries(texts), n: 'integer', tags: 'list' };
}

/** What a process may die of; anything else is a fault of the service. */
function isTrouble(error: unknown): boolean {
  return error instanceof FailpointReached || error instanceof AppError || error instanceof CursorMoved;
}
