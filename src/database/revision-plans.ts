import { AppError } from '../common/errors.js';
import { compile } from '../core/pipeline/compile.js';
import type { CompileInput } from '../core/pipeline/compile-input.js';
import type { Plan } from '../core/plan.js';
import { PlanStore } from './plan-store.js';
import type { HubPools } from './pools.js';
import { run, type Statement } from './sql/statement.js';

const readRevision: Statement<{ revision: number }> = {
  name: 'plans_read_revision',
  text: `select revision from pipeline where id = $1`,
};

const readSpec: Statement<{ spec: CompileInput }> = {
  name: 'plans_read_spec',
  text: `select spec from pipeline_revision where pipeline_id = $1 and revision = $2`,
};

/** Plans compiled from the stored revisions; each revision once. */
export class RevisionPlans extends PlanStore {
  readonly #plans = new Map<number, Plan>();

  constructor(private readonly pools: HubPools) {
    super();
  }

  override async planOf(pipelineId: number): Promise<Plan> {
    const [row] = await run(this.pools.general, readRevision, [pipelineId]);
    const known = this.#plans.get(pipelineId);
    if (known !== undefined && known.revision === row?.revision) return known;
    const [stored] =
      row === undefined ? [] : await run(this.pools.general, readSpec, [pipelineId, row.revision]);
    if (row === undefined || stored === undefined)
      throw new AppError('not-found', `pipeline ${String(pipelineId)} has not been compiled yet`);
    const { spec, schemas, sides } = stored.spec;
    const plan = compile(spec, schemas, sides, row.revision, Date.now());
    this.#plans.set(pipelineId, plan);
    return plan;
  }
}
