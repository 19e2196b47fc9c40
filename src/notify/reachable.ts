import type { UndeliverableRow } from '../database/sql/notify/undeliverable.js';
import { bareAddress } from './bare-address.js';
import { hasRole, modeFor, type Recipient } from './recipient.js';

/**
 * Who can be written to. Where nobody is left who would hear of a pipeline's new conflicts, because every address was refused, those who
 * manage people hear of them: what waits for a decision must reach somebody.
 */
export function reachable(
  recipients: readonly Recipient[],
  refused: readonly Pick<UndeliverableRow, 'address'>[],
  pipelines: readonly string[],
): readonly Recipient[] {
  if (refused.length === 0) return recipients;
  const addresses = new Set(refused.map(({ address }) => address));
  const isReachable = ({ address }: Recipient): boolean => !addresses.has(bareAddress(address));
  const left = recipients.filter(isReachable);
  const orphaned = pipelines.filter((pipeline) => {
    const hearing = recipients.filter((one) => modeFor(one, 'conflicts', pipeline) !== 'off');
    return hearing.length > 0 && !hearing.some(isReachable);
  });
  if (orphaned.length === 0) return left;
  return left.map((one) =>
    orphaned.some((pipeline) => hasRole(one, 'admin', pipeline)) ? { ...one, standsInFor: orphaned } : one,
  );
}
