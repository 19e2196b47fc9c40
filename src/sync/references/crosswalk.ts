import type { ClientBase } from 'pg';
import type { RecordState as SideRecord } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import { idIn, targetOf, withCrosswalks, type Crosswalk } from '../../core/reference.js';
import type { Canon, Raw } from '../../core/value.js';
import { findTargets, type TargetRow } from '../../database/sql/references.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';

type Client = Pick<ClientBase, 'query'>;

/** What is to be looked up for references: collected first, so that one query answers for a whole batch. */
export class WantedTargets {
  readonly #ids = new Map<string, Record<Side, Set<string>>>();
  readonly #links = new Map<string, Set<number>>();

  /** @param targets unit → the pipeline that links what it points to */
  constructor(private readonly targets: ReadonlyMap<string, number>) {}

  addRaw(unit: string, side: Side, raw: Raw | undefined): void {
    const id = idIn(raw);
    if (id === null) return;
    let ids = this.#ids.get(unit);
    if (ids === undefined) this.#ids.set(unit, (ids = { A: new Set(), B: new Set() }));
    ids[side].add(id);
  }

  addTarget(unit: string, value: Canon): void {
    const target = targetOf(value);
    if (target === null) return;
    if (target.kind === 'alone') {
      this.addRaw(unit, target.side, target.id);
      return;
    }
    const links = this.#links.get(unit);
    if (links === undefined) this.#links.set(unit, new Set([target.link]));
    else links.add(target.link);
  }

  async lookUp(client: Client): Promise<ReadonlyMap<string, LookedUp>> {
    const crosswalks = new Map<number, LookedUp>();
    const of = new Map<string, LookedUp>();
    for (const [unit, targetId] of this.targets) {
      let crosswalk = crosswalks.get(targetId);
      if (crosswalk === undefined) {
        crosswalk = new LookedUp();
        crosswalks.set(targetId, crosswalk);
      }
      of.set(unit, crosswalk);
    }
    for (const [targetId, crosswalk] of crosswalks) {
      const units = [...of].flatMap(([unit, one]) => (one === crosswalk ? [unit] : []));
      const ids = new Map<string, readonly [Side, string]>();
      const links = new Set<number>();
      for (const unit of units) {
        for (const side of SIDES)
          for (const id of this.#ids.get(unit)?.[side] ?? []) ids.set(`${side}:${id}`, [side, id]);
        for (const link of this.#links.get(unit) ?? []) links.add(link);
      }
      if (ids.size + links.size === 0) continue;
      const asked = [...ids.values()];
      for (const row of await run(client, findTargets, [
        targetId,
        asked.map(([side]) => side),
        asked.map(([, id]) => id),
        [...links],
      ]))
        crosswalk.add(row);
    }
    return of;
  }
}

/** The same, for the references of a running pipeline. */
export class Wanted extends WantedTargets {
  readonly #columns: Readonly<Record<Side, readonly (readonly [unit: string, column: string])[]>>;

  constructor(pipeline: RunningPipeline) {
    super(new Map([...pipeline.references].map(([unit, { targetId }]) => [unit, targetId])));
    this.#columns = { A: referenceColumns(pipeline, 'A'), B: referenceColumns(pipeline, 'B') };
  }

  /** Columns of a side as they were read; those that are no references are left alone. */
  addColumns(side: Side, values: Readonly<Record<string, Raw>> | null): void {
    if (values === null) return;
    for (const [unit, column] of this.#columns[side])
      if (Object.hasOwn(values, column)) this.addRaw(unit, side, values[column]);
  }
}

/** Targets as they were found. */
export class LookedUp implements Crosswalk {
  readonly #byId = new Map<string, number>();
  readonly #rows = new Map<number, TargetRow>();

  add(row: TargetRow): void {
    this.#rows.set(row.link_id, row);
    if (row.side !== null && row.ext_id !== null) this.#byId.set(`${row.side}:${row.ext_id}`, row.link_id);
  }

  linkOf(side: Side, id: string): number | null {
    return this.#byId.get(`${side}:${id}`) ?? null;
  }

  idOf(side: Side, link: number): string | null {
    const row = this.#rows.get(link);
    if (row === undefined || (row.state !== 'live' && row.state !== 'creating')) return null;
    if (side === 'A') return row.on_a ? row.a_id : null;
    return row.on_b ? row.b_id : null;
  }

  isParted(link: number): boolean {
    return this.#rows.get(link)?.state === 'unlinked';
  }

  isUnderWay(link: number): boolean {
    return this.#rows.get(link)?.under_way === true;
  }
}

/** The columns of a side that hold references. */
function referenceColumns(
  pipeline: RunningPipeline,
  side: Side,
): readonly (readonly [unit: string, column: string])[] {
  return [...pipeline.references.keys()].flatMap((unit) => {
    const column = pipeline.ends[side].columns.get(unit)?.[0]?.[1];
    return column === undefined ? [] : [[unit, column] as const];
  });
}

/** The pipeline with its references looked up. */
export function boundTo(
  pipeline: RunningPipeline,
  crosswalks: ReadonlyMap<string, Crosswalk>,
): RunningPipeline {
  return { ...pipeline, plan: withCrosswalks(pipeline.plan, crosswalks), crosswalks };
}

/** The pipeline with the references of these records looked up, to understand and to write them by. */
export async function boundToRecords(
  client: Client,
  pipeline: RunningPipeline,
  records: Partial<Readonly<Record<Side, Iterable<SideRecord>>>>,
): Promise<RunningPipeline> {
  if (pipeline.references.size === 0) return pipeline;
  const wanted = new Wanted(pipeline);
  for (const side of SIDES) for (const { values } of records[side] ?? []) wanted.addColumns(side, values);
  return boundTo(pipeline, await wanted.lookUp(client));
}
