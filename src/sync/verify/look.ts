import type { Clock } from '../../common/clock.js';
import type { RecordState as SideRecord } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import { differencesOf, type Difference } from '../../core/difference.js';
import { LIFE } from '../../core/plan.js';
import { takesPart } from '../../core/archive.js';
import { image } from '../../core/unit.js';
import type { HubPools } from '../../database/pools.js';
import { run } from '../../database/sql/statement.js';
import { readDueReasons, unlinkedIds } from '../../database/sql/verification.js';
import { fetchAll } from '../fetch-all.js';
import { BatchLog } from '../lane/batch-log.js';
import type { RecordState } from '../lane/record-state.js';
import { applyBatchStates } from '../lane/settle.js';
import { WorkingSet } from '../lane/working-set.js';
import type { PipelineWorker } from '../pipeline-worker.js';
import type { RunningPipeline } from '../running-pipeline.js';

/** What one look at a record has shown. */
export interface Looked {
  /** A write of ours is on its way: what the side shows may be its doing. */
  readonly moving: boolean;
  readonly differences: readonly Difference[];
  readonly ids: Readonly<Record<Side, string | null>>;
  readonly shown: Readonly<Record<Side, SideRecord | null>>;
}

/**
 * Looks at records again, as they stand on both sides and in the hub. To be called in the pipeline's own turn, when it can be read on
 * both sides: then nothing moves the registers meanwhile but a person's decision, which moves no image.
 */
export class Look {
  constructor(
    private readonly pipeline: RunningPipeline,
    private readonly worker: PipelineWorker,
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /** By link; links that have ended are not in the answer. The hub is read before the sides. */
  async atLinks(linkIds: readonly number[]): Promise<ReadonlyMap<number, Looked>> {
    const looked = new Map<number, Looked>();
    if (linkIds.length === 0) return looked;
    const { pipeline, worker } = this;
    const cursors = { A: worker.sides.A.cursor, B: worker.sides.B.cursor };
    const log = new BatchLog();
    for (const { batch, receipt } of worker.plainReceipts)
      if (receipt.status === 'committed') log.set({ ...batch, state: 'acked', mark: receipt.mark });
    const records: { readonly record: RecordState; readonly moving: boolean }[] = [];
    const due = new Map<number, string>();
    const client = await this.pools.general.connect();
    try {
      const set = new WorkingSet(pipeline, client);
      await set.loadWhole(linkIds);
      await set.loadBatches(log);
      for (const record of set.sorted()) {
        const gate = await applyBatchStates(client, pipeline, log, record, cursors);
        records.push({ record, moving: gate.unsettled });
      }
      for (const row of await run(client, readDueReasons, [linkIds])) due.set(row.link_id, row.reason);
    } finally {
      client.release();
    }
    const shown = { A: await this.#read('A', records), B: await this.#read('B', records) };
    for (const { record, moving } of records) {
      const of = (side: Side): SideRecord | null => shown[side].get(record.ids[side] ?? '') ?? null;
      const states = { A: of('A'), B: of('B') };
      const units = new Map(record.units);
      const life = record.life();
      if (life.head.value !== 'live' || SIDES.some((side) => image(life, side).value !== 'live'))
        units.set(LIFE, life);
      const differences = differencesOf({
        plan: pipeline.plan,
        units,
        life,
        known: { A: record.ids.A !== null, B: record.ids.B !== null },
        shown: { A: states.A?.values ?? null, B: states.B?.values ?? null },
        columns: { A: pipeline.ends.A.columns, B: pipeline.ends.B.columns },
        keptOut: record.keptOut,
        due: due.get(record.linkId) ?? null,
        now: this.clock.now(),
      });
      looked.set(record.linkId, { moving, differences, ids: record.ids, shown: states });
    }
    return looked;
  }

  /** Of these ids of a side, those that are there and that nothing here knows; and those that wait to be linked. */
  async atStrangers(
    side: Side,
    ids: readonly string[],
  ): Promise<Readonly<Record<'unknown' | 'waiting', ReadonlySet<string>>>> {
    const found = { unknown: new Set<string>(), waiting: new Set<string>() };
    if (ids.length === 0) return found;
    const rows = await run(this.pools.general, unlinkedIds[side], [this.pipeline.id, side, ids]);
    const there = await fetchAll(
      this.pipeline.ends[side].endpoint,
      rows.map((row) => row.ext_id),
    );
    for (const { ext_id: id, known } of rows) {
      const state = there.get(id);
      if (state === undefined || !takesPart(this.pipeline.plan, side, state.values)) continue;
      if (known === null) found.unknown.add(id);
      else if (known === 'waiting') found.waiting.add(id);
    }
    return found;
  }

  #read(
    side: Side,
    records: readonly { readonly record: RecordState }[],
  ): Promise<ReadonlyMap<string, SideRecord>> {
    const ids = records.flatMap(({ record }) => record.ids[side] ?? []);
    return fetchAll(this.pipeline.ends[side].endpoint, ids);
  }
}
