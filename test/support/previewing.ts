import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import type { PipelineSpec } from '../../src/core/pipeline/spec.js';
import type { ChangePreview } from '../../src/sync/preview/change-preview.js';
import { openChanged } from '../../src/sync/preview/changed-pipeline.js';
import { previewChange } from '../../src/sync/preview/preview.js';
import type { SyncPair } from './sync-pair.js';

/** What `accord plan` would say of a change of the pair's pipeline, which has run. */
export async function preview(pair: SyncPair, spec: PipelineSpec): Promise<ChangePreview> {
  const catalog = new ConnectionCatalog();
  for (const side of ['a', 'b'] as const)
    catalog.declare({
      connector: 'postgres',
      config: { name: side, label: side, url: pair.urls[side], tls: null, clientName: 'accord test' },
    });
  const changed = await openChanged({ ...pair.declared, spec }, pair.hub, catalog);
  if (changed === null) throw new Error('it has never run');
  try {
    return await previewChange(changed, pair.hub, () => undefined);
  } finally {
    await changed.close();
    await catalog.close();
  }
}
