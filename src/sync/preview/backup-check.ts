import { messageOf } from '../../common/errors.js';
import type { ConnectionCatalog } from '../../connectors/connection-catalog.js';
import type { Cursor } from '../../connectors/connector.js';
import { SIDES, type Side } from '../../core/clock.js';
import type { HubPools } from '../../database/pools.js';
import { lastBatchId } from '../../database/sql/restored.js';
import { run, type Statement } from '../../database/sql/statement.js';
import { endpointOptions } from '../../connectors/endpoint-options.js';
import { endOf } from '../../core/pipeline/ends.js';
import type { DeclaredPipeline } from '../declared-pipeline.js';

/** How a side stands to what this database knows of it. */
export interface SideCheck {
  readonly side: Side;
  /** `known`: it goes on from where it was read to. */
  readonly state: 'known' | 'other-system' | 'gap' | 'never-read' | 'unreachable';
  readonly detail: string | null;
  /** The newest write of Accord's that the side remembers; `null`: none. */
  readonly lastWrite: number | null;
}

export interface BackupCheck {
  readonly pipeline: string;
  /** `null`: this database has never run it. */
  readonly state: string | null;
  readonly sides: readonly SideCheck[];
  /** This database is older than what the sides remember: it was restored from a backup. */
  readonly behind: boolean;
}

interface KnownSide {
  readonly pipeline_id: number;
  readonly state: string;
  readonly side: Side;
  readonly identity: string | null;
  readonly cursor: Cursor | null;
}

const readKnown: Statement<KnownSide> = {
  name: 'backup_check_known',
  text: `
  select p.id as pipeline_id, p.state, s.side, s.identity, s.cursor
  from pipeline p join side_state s on s.pipeline_id = p.id where p.name = $1`,
};

/** Compares this database with the sides, before the service is started on it. Changes nothing, here or there. */
export async function checkBackup(
  { spec }: DeclaredPipeline,
  pools: HubPools,
  catalog: ConnectionCatalog,
): Promise<BackupCheck> {
  const pipeline = spec.metadata.name;
  const known = await run(pools.general, readKnown, [pipeline]);
  const [drawn] = await run(pools.general, lastBatchId, []);
  const sides: SideCheck[] = [];
  for (const side of SIDES) {
    const row = known.find((one) => one.side === side);
    if (row === undefined) sides.push({ side, state: 'never-read', detail: null, lastWrite: null });
    else sides.push(await checkSide(spec, side, row, catalog));
  }
  const behind = sides.some(({ lastWrite }) => (lastWrite ?? 0) > (drawn?.id ?? 0));
  return { pipeline, state: known[0]?.state ?? null, sides, behind };
}

async function checkSide(
  spec: DeclaredPipeline['spec'],
  side: Side,
  { pipeline_id: id, identity, cursor }: KnownSide,
  catalog: ConnectionCatalog,
): Promise<SideCheck> {
  try {
    const connection = await catalog.get(endOf(spec, side).ref);
    const info = await connection.check();
    const endpoint = await connection.endpoint({ ...endpointOptions(id, spec, side), leaveOutAbsent: true });
    try {
      const last = await endpoint.lastBatch();
      const lastWrite = last === null ? null : Number(last);
      if (identity !== null && identity !== info.identity)
        return { side, state: 'other-system', detail: `${info.identity} instead of ${identity}`, lastWrite };
      if (cursor === null) return { side, state: 'never-read', detail: null, lastWrite };
      const { gap } = await endpoint.changes(cursor, 1);
      return gap === null
        ? { side, state: 'known', detail: null, lastWrite }
        : { side, state: 'gap', detail: gap.detail, lastWrite };
    } finally {
      await endpoint.close();
    }
  } catch (error) {
    return { side, state: 'unreachable', detail: messageOf(error), lastWrite: null };
  }
}
