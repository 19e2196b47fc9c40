import type { Env } from './common/env.js';
import { variableNamed } from './common/env.js';
import { KeptInDatabase } from './connections/kept-connections.js';
import type { ConnectionCatalog } from './connectors/connection-catalog.js';
import { setUpDemo, wantsDemo } from './demo.js';
import { KeyStore } from './database/secrets/key-store.js';
import type { OwnDatabase } from './embedded/own-database.js';
import { declaredCatalog } from './pipelines/declared-catalog.js';
import { loadProject } from './pipelines/load-project.js';
import type { DeclaredPipeline } from './sync/declared-pipeline.js';

/** The pipelines of this process, and the systems between which they run. */
export interface OpenProject {
  readonly pipelines: readonly DeclaredPipeline[];
  readonly catalog: ConnectionCatalog;
  /** Where the files are; `null` when there are none. */
  readonly folder: string | null;
  readonly demo: boolean;
}

/**
 * The pipelines of ACCORD_PIPELINES, or of the demo. Nothing is connected yet.
 *
 * @throws AppError `invalid` with every fault of every file; `demo-failed`
 */
export async function openProject(env: Env, database: OwnDatabase): Promise<OpenProject> {
  const demo = wantsDemo(env, database) ? await setUpDemo(database.url) : null;
  const folder = demo?.folder ?? env.ACCORD_PIPELINES ?? null;
  const kept = new KeptInDatabase(database.url, new KeyStore(env));
  if (folder === null) return { pipelines: [], catalog: declaredCatalog([], kept), folder, demo: false };
  const { connections, pipelines } = await loadProject(folder, {
    variable: (name) => demo?.variables[name] ?? variableNamed(name),
    now: Date.now(),
    unknownConnections: 'wait',
  });
  return { pipelines, catalog: declaredCatalog(connections.values(), kept), folder, demo: demo !== null };
}
