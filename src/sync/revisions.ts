import type { Endpoint } from '../connectors/connector.js';
import type { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import type { Side } from '../core/clock.js';
import { PlanError } from '../core/errors.js';
import { compile, nextRuleExpiry } from '../core/pipeline/compile.js';
import type { CompileInput } from '../core/pipeline/compile-input.js';
import type { ObjectFacts } from '../core/pipeline/facts.js';
import type { Plan } from '../core/plan.js';
import type { HubPools } from '../database/pools.js';
import { run, type Statement } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import type { DeclaredPipeline } from './declared-pipeline.js';

const readCurrent: Statement<{ revision: number; hash: string; spec: CompileInput }> = {
  name: 'revisions_read_current',
  text: `select r.revision, r.hash, r.spec from pipeline p join pipeline_revision r on r.pipeline_id = p.id and r.revision = p.revision where p.id = $1`,
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

  /** The plan of the declaration: of the revision in force, or of a new one when the file or what the sides look like has changed. */
  async current(
    pipelineId: number,
    declaration: DeclaredPipeline,
    endpoints: Readonly<Record<Side, Endpoint>>,
    labels: Readonly<Record<Side, string>>,
  ): Promise<{ plan: Plan; revision: number }> {
    const facts = (side: Side): CompileInput['sides']['A'] => {
      const { tier, orderedLog } = endpoints[side].capabilities;
      return { label: labels[side], tier, orderedLog };
    };
    const now = this.clock.now();
    const [known] = await run(this.pools.general, readCurrent, [pipelineId]);
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
      return { plan: compiled(known.spec, known.revision, declaration, now), revision: known.revision };
    const before = known?.revision ?? 0;
    const revision = before + 1;
    const plan = compiled(input, revision, declaration, now);
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
    });
    return { plan, revision };
  }
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
