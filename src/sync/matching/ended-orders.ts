import type { PoolClient } from 'pg';
import { publicId } from '../../common/public-ids.js';
import { ACCORD, appendAudit } from '../../database/audit.js';
import { endOrders } from '../../database/sql/matching/order-ends.js';
import type { OrderRow } from '../../database/sql/matching/orders.js';
import { run } from '../../database/sql/statement.js';
import type { RunningPipeline } from '../running-pipeline.js';
import { ALREADY, type PlannedOrders } from './orders.js';

interface Ended {
  readonly order: OrderRow;
  readonly state: 'linked' | 'void';
  readonly why: string;
}

/**
 * Tells what became of orders that belong to no question: whoever gave one has nothing else to look at. Whatever could not be carried out
 * is audited as well, so this comes last in the transaction.
 *
 * @param orders.stands ids of those that were not taken back; `carriedOut`: of those whose link was stored
 */
export async function tellEnded(
  client: PoolClient,
  pipeline: RunningPipeline,
  planned: PlannedOrders,
  { stands, carriedOut }: { readonly stands: ReadonlySet<string>; readonly carriedOut: ReadonlySet<string> },
  now: number,
): Promise<void> {
  const all: readonly Ended[] = [
    ...planned.links.map(({ order }) =>
      carriedOut.has(order.id)
        ? { order, state: 'linked' as const, why: `linked by ${order.by}` }
        : { order, state: 'void' as const, why: 'one of the two was linked with another record meanwhile' },
    ),
    ...planned.void.map(({ order, why }) => ({
      order,
      state: why === ALREADY ? ('linked' as const) : ('void' as const),
      why,
    })),
  ];
  const ended = all.filter(
    ({ order }) => order.kind === 'link' && order.conflict_id === null && stands.has(order.id),
  );
  if (ended.length === 0) return;
  const column = <T>(pick: (one: Ended) => T): T[] => ended.map(pick);
  await run(client, endOrders, [
    pipeline.id,
    column(({ order }) => order.id),
    column(({ order }) => order.a_id ?? ''),
    column(({ order }) => order.b_id ?? ''),
    column(({ order }) => order.by),
    column(({ order }) => order.person_id),
    column(({ state }) => state),
    column(({ why }) => why),
  ]);
  for (const { order, state, why } of ended)
    if (state === 'void')
      await appendAudit(client, now, {
        actor: ACCORD,
        action: 'records.not-linked',
        object: publicId.linkOrder(order.id),
        pipeline: pipeline.name,
        detail: { a: order.a_id, b: order.b_id, by: order.by, why },
      });
}
