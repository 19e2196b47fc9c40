import type { Endpoint } from '../connectors/connector.js';
import type { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { SIDES, type Side } from '../core/clock.js';
import { PlanError } from '../core/errors.js';
import { compile, nextRuleExpiry } from '../core/pipeline/compile.js';
import type { CompileInput } from '../core/pipeline/compile-input.js';
import type { ObjectFacts } from '../core/pipeline/facts.js';
import { mappingChanges, mustRecast } from '../core/pipeline/mapping-changes.js';
import { isMatchedOtherwise } from '../core/pipeline/match-changes.js';
import type { Plan } from '../core/plan.js';
import type { HubPools } from '../database/pools.js';
import { beginRecast, forgetColumns, lookAtOpen } from '../database/sql/lane/recast.js';
import { beginRematch } from '../database/sql/matching/rematch.js';
import { run, type Statement } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import type { DeclaredPipeline } from './declared-pipeline.js';
import type { RecastUnits } from './running-pipeline.js';

interface CurrentRow {
  readonly revision: number;
  readonly hash: string;
  readonly spec: CompileInput;
  readonly recast_position: number | null;
  /** What the revision before was compiled from, while records are still kept as it understood them. */
  readonly recast_from: CompileInput | null;
  readonly recast_revision: number | null;
}

const readCurrent: Statement<CurrentRow> = {
  name: 'revisions_read_current',
  text: `select r.revision, r.hash, r.spec, p.recast_position, p.recast_from as recast_revision,
                (select f.spec from pipeline_revision f where f.pipeline_id = p.id and f.revision = p.recast_from) as recast_from
         from pipeline p join pipeline_revision r on r.pipeline_id = p.id and r.revision = p.revision where p.id = $1`,
};

const insertRevision: Statement<Record<string, never>> = {
  name: 'revisions_insert',
  text: `insert into pipeline_revision (pipeline_id, revision, spec, source, hash, created_by) values ($1, $2, $3, $4, $5, $6)`,
};

const setRevision: Statement<{ id: number }> = {
  name: 'revisions_set',
  text: `update pipeline set revision = $2, updated_at = clock_timestamp() where id = $1 and revision = $3 returning id`,
};

/** The revisions of pipelines: each stores all that it was compiled from, so that a plan can be had again without the sides. */
export class Revisions {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
  ) {}

  /** The declaration to open a pipeline by: while records are still being recast, the one of the revision in force. */
  async declared(pipelineId: number, declaration: DeclaredPipeline): Promise<DeclaredPipeline> {
    const [known] = await run(this.pools.general, readCurrent, [pipelineId]);
    return known === undefined || known.recast_from === null
      ? declaration
      : { ...declaration, spec: known.spec.spec };
  }

  /**
   * The plan of the declaration: of the revision in force, or of a new one when the file or what the sides look like has changed.
   *
   * @param linked records have been linked: what is kept of them is recast where the mapping has changed
   */
  async current(
    pipelineId: number,
    declaration: DeclaredPipeline,
    endpoints: Readonly<Record<Side, Endpoint>>,
    labels: Readonly<Record<Side, string>>,
    linked: boolean,
  ): Promise<{ plan: Plan; revision: number; recast: RecastUnits | null }> {
    const facts = (side: Side): CompileInput['sides']['A'] => {
      const { tier, orderedLog } = endpoints[side].capabilities;
      return { label: labels[side], tier, orderedLog };
    };
    const now = this.clock.now();
    const [known] = await run(this.pools.general, readCurrent, [pipelineId]);
    if (known !== undefined && known.recast_from !== null) return underWay(known, declaration, now);
    const input: CompileInput = {
      spec: declaration.spec,
      schemas: {
        A: withAbsent(endpoints.A, known?.spec.schemas.A),
        B: withAbsent(endpoints.B, known?.spec.schemas.B),
      },
      sides: { A: facts('A'), B: facts('B') },
    };
    const expiry = nextRuleExpiry(declaration.spec, now);
    const hash = `${declaration.hash}:${endpoints.A.schema.fingerprint}:${endpoints.B.schema.fingerprint}${expiry === null ? '' : `:${String(expiry)}`}`;
    if (known?.hash === hash)
      return {
        plan: compiled(known.spec, known.revision, declaration, now),
        revision: known.revision,
        recast: null,
      };
    const before = known?.revision ?? 0;
    const revision = before + 1;
    const plan = compiled(input, revision, declaration, now);
    const changes = known === undefined || !linked ? null : mappingChanges(known.spec.spec, input.spec);
    const recasts = changes !== null && mustRecast(changes);
    await inTransaction(this.pools.general, async (client) => {
      const moved = await run(client, setRevision, [pipelineId, revision, before]);
      if (moved.length === 0)
        throw new AppError(
          'stale',
          `pipeline ${declaration.spec.metadata.name} got a new revision elsewhere`,
          { retryable: true },
        );
      await run(client, insertRevision, [
        pipelineId,
        revision,
        JSON.stringify(input),
        declaration.text,
        hash,
        'file',
      ]);
      if (known !== undefined && isMatchedOtherwise(known.spec, input))
        await run(client, beginRematch, [pipelineId]);
      if (changes === null) return;
      await run(client, lookAtOpen, [pipelineId]);
      if (!recasts) return;
      await run(client, beginRecast, [pipelineId, before]);
      for (const side of SIDES) {
        const archive = changes.archives.includes(side) ? plan.archive?.[side] : undefined;
        const columns = [
          ...columnsOf(plan, side, changes.added),
          ...(archive === undefined ? [] : [archive.column]),
        ];
        if (columns.length > 0) await run(client, forgetColumns, [pipelineId, side, columns]);
      }
    });
    const recast =
      known === undefined || !recasts ? null : recastUnits(known.spec, before, input, 0, declaration, now);
    return { plan, revision, recast };
  }
}

function underWay(
  known: CurrentRow,
  declaration: DeclaredPipeline,
  now: number,
): { plan: Plan; revision: number; recast: RecastUnits | null } {
  const { spec, revision, recast_from, recast_revision, recast_position } = known;
  return {
    plan: compiled(spec, revision, declaration, now),
    revision,
    recast:
      recast_from === null
        ? null
        : recastUnits(recast_from, recast_revision ?? 0, spec, recast_position ?? 0, declaration, now),
  };
}

function recastUnits(
  from: CompileInput,
  revision: number,
  to: CompileInput,
  position: number,
  declaration: DeclaredPipeline,
  now: number,
): RecastUnits {
  const { added, changed, scopes } = mappingChanges(from.spec, to.spec);
  const before = compiled(from, revision, declaration, now);
  const units = [...changed].flatMap((key) => {
    const unit = before.unit.get(key);
    return unit === undefined ? [] : [[key, unit] as const];
  });
  return { added, changed: new Map(units), scopes, position };
}

function columnsOf(plan: Plan, side: Side, units: ReadonlySet<string>): readonly string[] {
  return plan.units
    .filter(({ key }) => units.has(key))
    .flatMap(({ members }) => members.flatMap((member) => member[side] ?? []));
}

/** A column that is gone is still of the type it was, so that what is kept of it means the same. */
function withAbsent(endpoint: Endpoint, before: ObjectFacts | undefined): ObjectFacts {
  const { schema, absent } = endpoint;
  const kept = before?.fields.filter(({ name }) => name in absent) ?? [];
  return kept.length === 0 ? schema : { ...schema, fields: [...schema.fields, ...kept] };
}

function compiled(input: CompileInput, revision: number, declaration: DeclaredPipeline, now: number): Plan {
  try {
    return compile(input.spec, input.schemas, input.sides, revision, now);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    const pointer = `${declaration.file}:/${error.path.join('/')}`;
    throw new AppError('invalid', `${pointer}: ${error.message}`, {
      cause: error,
      faults: [{ pointer, detail: error.message, code: error.code }],
    });
  }
}
