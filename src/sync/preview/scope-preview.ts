import type { RecordState } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import { changedScopes, scopeColumns } from '../../core/pipeline/scope.js';
import { isInScope, outOfScope } from '../../core/scope.js';
import type { Unit } from '../../core/unit.js';
import { strangeIds } from '../../database/sql/absence.js';
import type { RecordRow } from '../../database/sql/lane/read-records.js';
import { run } from '../../database/sql/statement.js';
import type { HubPools } from '../../database/pools.js';
import type { ScopePreview } from './change-preview.js';
import type { ChangedPipeline } from './changed-pipeline.js';

const SAMPLES = 10;
const PAGE = 2000;

/** What another scope would do: which linked records leave it and come back, and which records without a link come in. */
export class ScopeFindings {
  readonly sides: readonly Side[];
  readonly #found: { entering: number; leaving: number; newcomers: Record<Side, number> } = {
    entering: 0,
    leaving: 0,
    newcomers: { A: 0, B: 0 },
  };
  readonly #samples: ScopePreview['samples'][number][] = [];

  constructor(private readonly change: ChangedPipeline) {
    this.sides = changedScopes(change.before.spec, change.after.spec);
  }

  /** @returns whether the record would be excluded */
  judge(
    row: RecordRow,
    units: ReadonlyMap<string, Unit>,
    shown: Readonly<Record<Side, RecordState | undefined>>,
  ): boolean {
    const { before, after } = this.change;
    const was = outOfScope(before.plan, units).length > 0;
    // What a side does not show any more is settled as a deletion, not by a filter.
    const is = SIDES.some((side) => {
      const state = shown[side];
      return state !== undefined && !isInScope(after.plan, side, state.values);
    });
    if (was !== is) {
      this.#found[is ? 'leaving' : 'entering']++;
      if (this.#samples.length < SAMPLES)
        this.#samples.push({
          record: row.link_id,
          a: row.a_id,
          b: row.b_id,
          change: is ? 'leaves' : 'enters',
        });
    }
    return is;
  }

  /** Reads the sides through whose scope is another: records that nothing knows and that would belong here. */
  async countNewcomers(pools: HubPools): Promise<void> {
    const { id, before, after, endpoints } = this.change;
    for (const side of this.sides) {
      const columns = [...new Set([...scopeColumns(before.spec, side), ...scopeColumns(after.spec, side)])];
      for await (const page of endpoints[side].snapshot({ columns, pageSize: PAGE })) {
        const entering = page.filter(
          ({ values }) => isInScope(after.plan, side, values) && !isInScope(before.plan, side, values),
        );
        if (entering.length === 0) continue;
        const ids = entering.map((state) => state.id);
        const strange = await run(pools.general, strangeIds[side], [id, side, ids]);
        this.#found.newcomers[side] += strange.length;
      }
    }
  }

  get preview(): ScopePreview | null {
    return this.sides.length === 0 ? null : { sides: this.sides, ...this.#found, samples: this.#samples };
  }
}
