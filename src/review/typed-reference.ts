import type { ClientBase } from 'pg';
import { AppError } from '../common/errors.js';
import type { UnitPlan } from '../core/plan.js';
import { targetOf } from '../core/reference.js';
import type { Canon } from '../core/value.js';
import { linkedRecord } from '../database/sql/references.js';
import { run } from '../database/sql/statement.js';

/**
 * A reference that a person typed names a record that is linked, or nothing.
 *
 * @throws AppError `invalid`
 */
export async function mustBeLinked(
  client: Pick<ClientBase, 'query'>,
  plan: UnitPlan,
  pipeline: string,
  value: Canon,
): Promise<void> {
  if (value === null) return;
  const target = targetOf(value);
  const [known] = target?.kind === 'linked' ? await run(client, linkedRecord, [pipeline, target.link]) : [];
  if (known !== undefined) return;
  const detail = `${plan.key}: expected a linked record of ${pipeline}, such as rec_42, or null`;
  throw new AppError('invalid', `/value: ${detail}`, {
    faults: [{ pointer: '/value', code: 'value-type', detail }],
  });
}
