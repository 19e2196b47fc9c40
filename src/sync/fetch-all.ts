import type { Endpoint, RecordState } from '../connectors/connector.js';

/** Present states by id, however many: in as many reads as the side allows. */
export async function fetchAll(
  endpoint: Endpoint,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RecordState>> {
  const found = new Map<string, RecordState>();
  const size = endpoint.capabilities.batch.read;
  for (let i = 0; i < ids.length; i += size) {
    const page = await endpoint.fetch(ids.slice(i, i + size));
    for (const state of page.states) found.set(state.id, state);
  }
  return found;
}
