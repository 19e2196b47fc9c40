import type { Plan } from '../../core/plan.js';
import type { Hub } from '../hub/hub.js';
import type { Network } from './network.js';

/** Somebody edits the pipeline's scope: the record is left out of it, or taken in again. */
export function rescope({ hub, network }: { readonly hub: Hub; readonly network: Network }): void {
  network.outside = !network.outside;
  hub.replan(withScope(hub.plan, network.outside));
}

function withScope({ scope: _, ...plan }: Plan, outside: boolean): Plan {
  if (!outside) return plan;
  return { ...plan, scope: { A: { filter: 'nothing', columns: [], units: [], holds: () => false } } };
}
