import { ConnectionCatalog } from '../connectors/connection-catalog.js';
import type { ConnectionSpec } from '../core/pipeline/spec.js';

/** The connections of a project, none of them open yet. */
export function declaredCatalog(
  connections: Iterable<ConnectionSpec>,
  clientName = 'accord',
): ConnectionCatalog {
  const catalog = new ConnectionCatalog();
  for (const { metadata, connector, label, url, tls, rate } of connections) {
    catalog.declare({
      connector,
      config: { name: metadata.name, label: label ?? metadata.name, url, tls: tls ?? null, clientName },
      ...(rate !== undefined && { rate }),
    });
  }
  return catalog;
}
