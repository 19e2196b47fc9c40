import type { RecordState } from '../../connectors/connector.js';
import { isArchived, takesPart } from '../../core/archive.js';
import type { Side } from '../../core/clock.js';
import { changedArchives } from '../../core/pipeline/archive.js';
import { LIFE } from '../../core/plan.js';
import { image, type Unit } from '../../core/unit.js';
import { strangeIds } from '../../database/sql/absence.js';
import type { RecordRow } from '../../database/sql/lane/read-records.js';
import { run } from '../../database/sql/statement.js';
import type { HubPools } from '../../database/pools.js';
import type { ArchivePreview } from './change-preview.js';
import type { ChangedPipeline } from './changed-pipeline.js';

const SAMPLES = 10;
const PAGE = 2000;

/** What it would do that rows count as deleted by another mark, or by none. */
export class ArchiveFindings {
  readonly sides: readonly Side[];
  readonly #found: { marked: number; unmarked: number; newcomers: Record<Side, number> } = {
    marked: 0,
    unmarked: 0,
    newcomers: { A: 0, B: 0 },
  };
  readonly #samples: ArchivePreview['samples'][number][] = [];

  constructor(private readonly change: ChangedPipeline) {
    this.sides = changedArchives(change.before.spec, change.after.spec);
  }

  judge(
    row: RecordRow,
    units: ReadonlyMap<string, Unit>,
    shown: Readonly<Record<Side, RecordState | undefined>>,
  ): void {
    for (const side of this.sides) {
      const state = shown[side];
      if (state === undefined) continue;
      const life = units.get(LIFE);
      const was = life !== undefined && image(life, side).value === 'deleted' && isArchived(life, side);
      const archive = this.change.after.plan.archive?.[side];
      const is = archive?.isMarked(state.values[archive.column] ?? null) === true;
      if (was === is) continue;
      const change = is ? 'marked' : 'unmarked';
      this.#found[change]++;
      const id = side === 'A' ? row.a_id : row.b_id;
      if (this.#samples.length < SAMPLES) this.#samples.push({ record: row.link_id, side, id, change });
    }
  }

  /** Reads the sides through that archive otherwise. A column that the changed pipeline does not read counts as unmarked. */
  async countNewcomers(pools: HubPools): Promise<void> {
    const { id, before, after, endpoints } = this.change;
    for (const side of this.sides) {
      const columns = endpoints[side].options.columns;
      const old = before.plan.archive?.[side];
      if (old === undefined) continue;
      for await (const page of endpoints[side].snapshot({ columns, pageSize: PAGE })) {
        const entering = page.filter(
          ({ values }) =>
            takesPart(after.plan, side, values) &&
            (values[old.column] === undefined || !takesPart(before.plan, side, values)),
        );
        if (entering.length === 0) continue;
        const ids = entering.map((state) => state.id);
        const strange = await run(pools.general, strangeIds[side], [id, side, ids]);
        this.#found.newcomers[side] += strange.length;
      }
    }
  }

  get preview(): ArchivePreview | null {
    return this.sides.length === 0 ? null : { sides: this.sides, ...this.#found, samples: this.#samples };
  }
}
