import type { Clock } from '../common/clock.js';
import { AppError, messageOf } from '../common/errors.js';
import type { ConnectionCatalog } from '../connectors/connection-catalog.js';
import type { Endpoint, SystemInfo } from '../connectors/connector.js';
import { ConnectorError } from '../connectors/errors.js';
import { closureOf } from '../core/closure.js';
import { SIDES, type Side } from '../core/clock.js';
import type { Plan } from '../core/plan.js';
import { titleUnit } from '../core/title.js';
import type { HubPools } from '../database/pools.js';
import { haltReplaced, haltToReunite, lastBatchId, skipBatchIds } from '../database/sql/restored.js';
import { declaredReferences, isReferredTo } from '../database/sql/references.js';
import { run, type Statement } from '../database/sql/statement.js';
import { lookAtColumns, suspendedUnits, type ColumnNews } from './column-memory.js';
import { matchColumns, type DeclaredPipeline } from './declared-pipeline.js';
import { durationMs } from '../core/pipeline/duration.js';
import { endOf } from '../core/pipeline/ends.js';
import { endpointOptions } from '../connectors/endpoint-options.js';
import type { Revisions } from './revisions.js';
import { RateBudget } from './rate-budget.js';
import type { End, RunningPipeline } from './running-pipeline.js';

const BATCH_SIZE = 2000;
const DEFAULT_STALE_FORM = '5m';

const readIdentity: Statement<{ identity: string | null }> = {
  name: 'open_read_identity',
  text: `select identity from side_state where pipeline_id = $1 and side = $2`,
};

const readState: Statement<{ state: string }> = {
  name: 'open_read_state',
  text: `select state from pipeline where id = $1`,
};

const setIdentity: Statement<Record<string, never>> = {
  name: 'open_set_identity',
  text: `update side_state set identity = $3, fingerprint = $4 where pipeline_id = $1 and side = $2`,
};

/** Opens both ends of a pipeline and compiles the revision in force; makes a new revision when the declaration changed. */
export class PipelineOpener {
  readonly #rates = new Map<string, RateBudget>();

  constructor(
    private readonly declared: ReadonlyMap<number, DeclaredPipeline>,
    private readonly catalog: ConnectionCatalog,
    private readonly revisions: Revisions,
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError with `details.side` where one side is at fault */
  async open(pipelineId: number): Promise<RunningPipeline> {
    const known = this.declared.get(pipelineId);
    if (known === undefined)
      throw new AppError('not-found', `pipeline ${String(pipelineId)} is not declared in this process`);
    const declaration = await this.revisions.declared(pipelineId, known);
    const { spec } = declaration;
    const [row] = await run(this.pools.general, readState, [pipelineId]);
    // Before anything is linked there is nothing to hold: a missing column is a mistake in the pipeline.
    const running = row?.state === 'running' || row?.state === 'halted' || row?.state === 'loading';
    const opened: Partial<Record<Side, Endpoint>> = {};
    try {
      for (const side of SIDES) opened[side] = await this.#endpoint(pipelineId, spec, side, running);
      const endpoints = opened as Record<Side, Endpoint>;
      await this.#checkMemory(pipelineId, endpoints);
      const now = this.clock.now();
      const news = {
        A: await lookAtColumns(this.pools, pipelineId, 'A', endpoints.A, running, now),
        B: await lookAtColumns(this.pools, pipelineId, 'B', endpoints.B, running, now),
      };
      const labels = { A: this.#label(declaration, 'A'), B: this.#label(declaration, 'B') };
      const linked = row?.state === 'running' || row?.state === 'halted';
      const current = await this.revisions.current(pipelineId, declaration, endpoints, labels, linked);
      const { plan: compiled, revision, recast } = current;
      const plan = { ...compiled, suspended: suspendedUnits(compiled, news) };
      const ends = {
        A: await this.#end(pipelineId, declaration, plan, 'A', endpoints.A, news.A),
        B: await this.#end(pipelineId, declaration, plan, 'B', endpoints.B, news.B),
      };
      return {
        id: pipelineId,
        name: spec.metadata.name,
        revision,
        spec,
        plan,
        closure: closureOf(plan),
        recast,
        ends,
        titleUnit: titleUnit(plan)?.key ?? null,
        ...(await this.#references(pipelineId, plan)),
      };
    } catch (error) {
      await Promise.allSettled(Object.values(opened).map((endpoint) => endpoint.close()));
      throw error;
    }
  }

  async #references(
    pipelineId: number,
    plan: Plan,
  ): Promise<Pick<RunningPipeline, 'references' | 'isReferredTo' | 'crosswalks'>> {
    const rows = await run(this.pools.general, declaredReferences, [pipelineId]);
    const [known] = await run(this.pools.general, isReferredTo, [pipelineId]);
    const targets = new Map(rows.map(({ unit, target_id }) => [unit, target_id]));
    const references = plan.units.flatMap(({ key, reference }) => {
      if (reference === undefined) return [];
      const targetId = targets.get(key);
      if (targetId === undefined)
        throw new AppError('invalid', `${key} points to records of ${reference}, which is not declared`);
      return [[key, { pipeline: reference, targetId }] as const];
    });
    return { references: new Map(references), isReferredTo: known?.referred === true, crosswalks: new Map() };
  }

  async #endpoint(
    pipelineId: number,
    spec: DeclaredPipeline['spec'],
    side: Side,
    running: boolean,
  ): Promise<Endpoint> {
    const end = endOf(spec, side);
    try {
      const connection = await this.catalog.get(end.ref);
      const endpoint = await connection.endpoint({
        ...endpointOptions(pipelineId, spec, side),
        leaveOutAbsent: running,
      });
      // Without what records are matched by, newcomers would be made twice.
      const key = matchColumns(spec, side).find((column) => column in endpoint.absent);
      if (key !== undefined) throw new ConnectorError('field-unknown', endpoint.absent[key] ?? '');
      return endpoint;
    } catch (error) {
      throw onSide(error, side);
    }
  }

  async #end(
    pipelineId: number,
    declaration: DeclaredPipeline,
    plan: Plan,
    side: Side,
    endpoint: Endpoint,
    news: ColumnNews,
  ): Promise<End> {
    const spec = endOf(declaration.spec, side);
    let info: SystemInfo;
    try {
      info = await (await this.catalog.get(spec.ref)).check();
    } catch (error) {
      throw onSide(error, side);
    }
    await this.#checkIdentity(pipelineId, side, info, endpoint);
    const columns = new Map<string, readonly (readonly [string, string])[]>();
    for (const unit of plan.units) {
      const members = unit.members.flatMap((member) => {
        const column = side === 'A' ? member.A : member.B;
        return column === null ? [] : [[member.field, column] as const];
      });
      const whole = members.every(([, column]) => !news.lost.has(column));
      if (members.length > 0 && whole) columns.set(unit.key, members);
    }
    const unitsOf = (names: ReadonlySet<string>): ReadonlySet<string> =>
      new Set([...names].flatMap((name) => plan.sides[side].column.get(name)?.unit ?? []));
    return {
      side,
      label: this.#label(declaration, side),
      endpoint,
      install: () =>
        endpoint.install().catch((error: unknown) => {
          throw onSide(error, side);
        }),
      columns,
      returned: unitsOf(news.returned),
      anew: unitsOf(news.anew),
      clock: { offsetMs: info.clockOffsetMs, errorMs: Math.max(1, info.clockErrorMs) },
      staleFormMs: durationMs(spec.capture?.staleForm ?? DEFAULT_STALE_FORM),
      rate: this.#rate(spec.ref),
      batchSize: Math.min(BATCH_SIZE, endpoint.capabilities.batch.write),
    };
  }

  /** A side remembers writes that this database has never heard of: it is older than it should be. Their ids are not used again. */
  async #checkMemory(pipelineId: number, endpoints: Readonly<Record<Side, Endpoint>>): Promise<void> {
    const [drawn] = await run(this.pools.general, lastBatchId, []);
    const remembered = await Promise.all(SIDES.map((side) => endpoints[side].lastBatch()));
    const newest = Math.max(...remembered.map((id) => Number(id ?? 0)));
    if (newest <= (drawn?.id ?? 0)) return;
    await run(this.pools.general, skipBatchIds, [newest]);
    const known = `the sides remember write ${String(newest)}, and this database has made ${String(drawn?.id ?? 0)}`;
    await run(this.pools.general, haltToReunite, [
      pipelineId,
      `Accord's own database was restored from a backup (${known}). Nothing was written since. Resume to read both sides together: what they agree on stands`,
    ]);
  }

  /** Another system under the same address (a copy, a restored backup) has another past: a person must look before anything is written. */
  async #checkIdentity(pipelineId: number, side: Side, info: SystemInfo, endpoint: Endpoint): Promise<void> {
    const [row] = await run(this.pools.general, readIdentity, [pipelineId, side]);
    if (row !== undefined && row.identity !== null && row.identity !== info.identity) {
      await run(this.pools.general, haltReplaced, [
        pipelineId,
        `side ${side} is another system than before (${info.identity} instead of ${row.identity}): restored or replaced. Nothing was written. Resume with what is right: the side as it is, or what Accord knows`,
        side,
      ]);
    }
    await run(this.pools.general, setIdentity, [
      pipelineId,
      side,
      info.identity,
      endpoint.schema.fingerprint,
    ]);
  }

  /** The connection was changed: what it may write is read anew. To be called when no pipeline that uses it is open. */
  forgetRate(connection: string): void {
    this.#rates.delete(connection);
  }

  #rate(connection: string): RateBudget | null {
    const known = this.#rates.get(connection);
    if (known !== undefined) return known;
    const rate = this.catalog.rateOf(connection);
    if (rate === null) return null;
    const budget = RateBudget.of(rate, this.clock.now());
    this.#rates.set(connection, budget);
    return budget;
  }

  #label(declaration: DeclaredPipeline, side: Side): string {
    const end = endOf(declaration.spec, side);
    return end.label ?? this.catalog.labelOf(end.ref);
  }
}

function onSide(error: unknown, side: Side): unknown {
  if (!(error instanceof AppError)) return error;
  return new AppError(error.code, messageOf(error), {
    cause: error,
    details: { ...error.details, side },
    faults: error.faults,
    retryable: error.retryable,
  });
}
