import { Clock } from '../../src/common/clock.js';
import { UNSEEN } from '../../src/common/veil.js';
import { Veils } from '../../src/database/veils.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import type { Json } from '../../src/core/value.js';
import { RevisionPlans } from '../../src/database/revision-plans.js';
import type { ConflictDto } from '../../src/review/conflict.dto.js';
import { ConflictsService } from '../../src/review/conflicts.service.js';
import { ReviewRules } from '../../src/review/queue/review-rules.js';
import { DecideService } from '../../src/review/decide.service.js';
import type { DecisionDto, Take } from '../../src/review/decision.dto.js';
import { UndoService } from '../../src/review/undo.service.js';
import { SyncPair } from './sync-pair.js';
import { actor } from './tester.js';

const review = { strategy: 'review' } as const;
const spec: PipelineSpec = {
  apiVersion: 'accord/v1',
  kind: 'Pipeline',
  metadata: { name: 'undone' },
  connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
  match: [
    { id: 'by-key', by: ['key'], action: 'link' },
    { id: 'none', action: 'create' },
  ],
  fields: {
    key: { a: 'key', b: 'key', policy: review },
    x: { a: 'x', b: 'x', policy: review },
    y: { a: 'y', b: 'y', policy: review },
    mail: { a: 'mail', b: 'mail', compare: { normalize: ['lowercase'] }, policy: review },
    street: { a: 'street', b: 'street' },
    town: { a: 'town', b: 'town' },
  },
  groups: { place: { fields: ['street', 'town'], policy: review } },
  deletes: { aDeleted: 'review', bDeleted: 'review', deleteVsEdit: 'review' },
  review: { undoWindow: '1ms' },
  load: { accept: 'automatic' },
};
const table =
  'create table t (id bigserial primary key, key text unique, x text, y text, street text, town text, mail text, note text);';

export type Row = Readonly<Record<string, unknown>>;

/** Two databases whose every field is a matter for people, and people who decide and take back. */
export class ReviewedPair {
  readonly plans: RevisionPlans;
  readonly #conflicts: ConflictsService;
  readonly #deciding: DecideService;
  readonly #undoing: UndoService;

  private constructor(readonly pair: SyncPair) {
    this.plans = new RevisionPlans(pair.hub);
    const veils = new Veils(pair.hub, new Clock(), this.plans);
    const rules = new ReviewRules(pair.hub);
    this.#conflicts = new ConflictsService(pair.hub, this.plans, rules, new Clock(), veils);
    this.#deciding = new DecideService(pair.hub, this.plans, new Clock(), this.#conflicts, veils);
    this.#undoing = new UndoService(pair.hub, this.plans, new Clock(), veils);
  }

  /** With one record per key, the same on both sides. */
  static async open(keys: readonly string[]): Promise<ReviewedPair> {
    const rows = keys.map((key) => `('${key}', 'x', 'y', 'High St', 'York', 'seen by nobody')`).join(', ');
    const insert = `insert into t (key, x, y, street, town, note) values ${rows}`;
    const pair = await SyncPair.open({ a: `${table} ${insert}`, b: table }, spec);
    await pair.start();
    await pair.quiet();
    return new ReviewedPair(pair);
  }

  /** People at work over databases of another kind. */
  static over(pair: SyncPair): ReviewedPair {
    return new ReviewedPair(pair);
  }

  async on(side: 'a' | 'b', key: string, columns = 'x'): Promise<Row | undefined> {
    return (await this.pair[side].query<Row>(`select ${columns} from t where key = $1`, [key])).rows[0];
  }

  async xs(key: string): Promise<readonly unknown[]> {
    return [(await this.on('a', key))?.x, (await this.on('b', key))?.x];
  }

  async set(side: 'a' | 'b', key: string, value: string | null, column = 'x'): Promise<void> {
    await this.pair[side].query(`update t set ${column} = $2 where key = $1`, [key, value]);
  }

  async linkOf(key: string): Promise<number> {
    const text = `select link_id as id from shadow where coalesce(fields -> 'key' ->> 'v', fields ->> 'key') = $1`;
    return (await this.pair.hub.general.query<{ id: number }>(text, [key])).rows[0]!.id;
  }

  async question(key: string, unit = 'x'): Promise<ConflictDto> {
    const text = `select id from conflict where link_id = $1 and unit = $2 order by opened_at desc limit 1`;
    const { rows } = await this.pair.hub.general.query<{ id: string }>(text, [await this.linkOf(key), unit]);
    return this.#conflicts.get(`cf_${rows[0]?.id ?? ''}`, { named: null, sight: UNSEEN });
  }

  async says(key: string, unit = 'x'): Promise<readonly string[]> {
    const { kind, state, candidates } = await this.question(key, unit);
    return [`${kind} ${state}`, ...candidates.map((one) => `${one.key} ${JSON.stringify(one.value)}`)];
  }

  /** Decides what is open. It is due at once; nobody waits for it to be written. */
  async click(key: string, take: Take, value?: Json, unit = 'x'): Promise<string> {
    const { id, rev } = await this.question(key, unit);
    const { body } = await this.#deciding.decide({
      conflict: id,
      accepted: [`"${rev}-open"`],
      input: { take, ...(value !== undefined && { value }) },
      by: actor('Ben'),
      idempotencyKey: undefined,
    });
    return body.id;
  }

  /** The same, until it is written. */
  async decide(key: string, take: Take, value?: Json, unit = 'x'): Promise<string> {
    const id = await this.click(key, take, value, unit);
    await this.pair.quiet();
    return id;
  }

  undo(id: string, by = 'Ann'): Promise<{ readonly status: number; readonly body: DecisionDto }> {
    return this.#undoing.undo({ decision: id, by: actor(by), idempotencyKey: undefined });
  }

  /** Both sides say something else, and nobody has seen the other. */
  async disagree(key: string, a: string | null, b: string | null, column = 'x'): Promise<void> {
    await this.pair.stop();
    await this.set('a', key, a, column);
    await this.set('b', key, b, column);
    await this.again();
  }

  async again(): Promise<void> {
    await this.pair.start();
    await this.pair.quiet();
  }
}
