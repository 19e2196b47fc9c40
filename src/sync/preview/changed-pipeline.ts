import { AppError } from '../../common/errors.js';
import type { ConnectionCatalog } from '../../connectors/connection-catalog.js';
import type { Endpoint } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import { PlanError } from '../../core/errors.js';
import { compile } from '../../core/pipeline/compile.js';
import type { CompileInput } from '../../core/pipeline/compile-input.js';
import { isMatchedOtherwise } from '../../core/pipeline/match-changes.js';
import type { PipelineSpec } from '../../core/pipeline/spec.js';
import type { Plan } from '../../core/plan.js';
import type { HubPools } from '../../database/pools.js';
import { run, type Statement } from '../../database/sql/statement.js';
import { endpointOptions } from '../../connectors/endpoint-options.js';
import { endOf } from '../../core/pipeline/ends.js';
import type { DeclaredPipeline } from '../declared-pipeline.js';

/** A pipeline as it runs, beside what its file says now. */
export interface ChangedPipeline {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
  readonly before: { readonly spec: PipelineSpec; readonly plan: Plan };
  readonly after: { readonly spec: PipelineSpec; readonly plan: Plan };
  readonly endpoints: Readonly<Record<Side, Endpoint>>;
  /** What is kept of records that are not linked says nothing any more. */
  readonly matchedOtherwise: boolean;
  close(): Promise<void>;
}

const readInForce: Statement<{ id: number; revision: number; spec: CompileInput }> = {
  name: 'preview_in_force',
  text: `
  select p.id, r.revision, r.spec from pipeline p
  join pipeline_revision r on r.pipeline_id = p.id and r.revision = p.revision
  where p.name = $1 and p.state in ('running', 'halted')`,
};

/** @returns `null` when nothing was linked by the pipeline yet. @throws AppError naming the place in the file, or the side */
export async function openChanged(
  declaration: DeclaredPipeline,
  pools: HubPools,
  catalog: ConnectionCatalog,
): Promise<ChangedPipeline | null> {
  const { spec, file } = declaration;
  const { name } = spec.metadata;
  const [row] = await run(pools.general, readInForce, [name]);
  if (row === undefined) return null;
  const opened: Endpoint[] = [];
  const close = async (): Promise<void> => {
    await Promise.allSettled(opened.map((endpoint) => endpoint.close()));
  };
  try {
    const open = async (side: Side): Promise<Endpoint> => {
      const connection = await catalog.get(endOf(spec, side).ref);
      const endpoint = await connection.endpoint(endpointOptions(row.id, spec, side));
      opened.push(endpoint);
      return endpoint;
    };
    const endpoints = { A: await open('A'), B: await open('B') };
    const schemas = { A: endpoints.A.schema, B: endpoints.B.schema };
    const sides = { ...row.spec.sides };
    for (const side of SIDES) {
      const { tier, orderedLog } = endpoints[side].capabilities;
      sides[side] = { ...sides[side], tier, orderedLog };
    }
    const now = Date.now();
    const before = compile(row.spec.spec, row.spec.schemas, row.spec.sides, row.revision, now);
    const after = compile(spec, schemas, sides, row.revision + 1, now);
    return {
      id: row.id,
      name,
      revision: row.revision,
      before: { spec: row.spec.spec, plan: before },
      after: { spec, plan: after },
      endpoints,
      matchedOtherwise: isMatchedOtherwise(row.spec, { spec, schemas, sides }),
      close,
    };
  } catch (error) {
    await close();
    if (!(error instanceof PlanError)) throw error;
    const pointer = `${file}:/${error.path.join('/')}`;
    throw new AppError('invalid', `${pointer}: ${error.message}`, { cause: error });
  }
}
