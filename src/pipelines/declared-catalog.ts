import { ConnectionCatalog, type KeptConnections } from '../connectors/connection-catalog.js';
import type { ConnectionSpec } from '../core/pipeline/spec.js';

/** The connections of a project, and beside them those that people keep; none of them open yet. */
export function declaredCatalog(
  connections: Iterable<ConnectionSpec>,
  kept: KeptConnections | null = null,
  clientName = 'accord',
): ConnectionCatalog {
  const catalog = new ConnectionCatalog(kept);
  for (const { metadata, connector, label, url, tls, rate } of connections) {
    catalog.declare({
      connector,
      config: { name: metadata.name, label: label ?? metadata.name, url, tls: tls ?? null, clientName },
      ...(rate !== undefined && { rate }),
    });
  }
  return catalog;
}
