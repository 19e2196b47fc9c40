import type { PoolClient } from 'pg';
import { uuidv7 } from '../common/ids.js';
import { takeVoidOrders } from '../database/sql/matching/order-ends.js';
import { addNotices, type NewNotice } from '../database/sql/notify/notices.js';
import { takeHalts, takePauses, takeTrippedGuards } from '../database/sql/notify/take-trouble.js';
import { run } from '../database/sql/statement.js';
import { modeFor, type Recipient } from './recipient.js';
import type { Trouble } from './trouble-mail.js';

const GUARDS = 100;
const ORDERS = 100;

/** Takes what was stopped since the last look, and lays it before everybody who is told of it. @returns how many things */
export async function noticeTrouble(
  client: PoolClient,
  recipients: readonly Recipient[],
  now: string,
): Promise<number> {
  const halts = await run(client, takeHalts, []);
  const guards = await run(client, takeTrippedGuards, [GUARDS]);
  const pauses = await run(client, takePauses, []);
  const troubles: readonly (Trouble & { readonly pipeline_id: number })[] = [
    ...halts.map((halt) => ({ what: 'halted' as const, ...halt })),
    ...pauses.map((pause) => ({ what: 'paused' as const, ...pause })),
    ...guards.map((guard) => ({ what: 'guard' as const, ...guard })),
  ];
  const notices = troubles.flatMap(({ pipeline_id, ...facts }) =>
    recipients
      .filter((recipient) => modeFor(recipient, 'pipelines', facts.pipeline) !== 'off')
      .filter((recipient) => !(facts.what === 'paused' && isOwnDoing(recipient, facts.by, recipients)))
      .map(({ key }): NewNotice => ({
        id: uuidv7(),
        recipient: key,
        event: 'pipelines',
        pipeline_id,
        conflict_id: null,
        facts,
      })),
  );
  for (const { pipeline_id, person, ...facts } of await run(client, takeVoidOrders, [ORDERS])) {
    const author = recipients.find(({ key }) => key === person);
    if (author === undefined || modeFor(author, 'pipelines', facts.pipeline) === 'off') continue;
    notices.push({
      id: uuidv7(),
      recipient: author.key,
      event: 'pipelines',
      pipeline_id,
      conflict_id: null,
      facts: { what: 'not-linked', ...facts },
    });
  }
  if (notices.length > 0) await run(client, addNotices, [JSON.stringify(notices), now]);
  return troubles.length;
}

/** Nobody is told what they have done themselves. Where two have the same name, both are told. */
function isOwnDoing({ person }: Recipient, by: string, all: readonly Recipient[]): boolean {
  if (person === null || (by !== person.name && !by.startsWith(`${person.name} (token `))) return false;
  return all.filter((other) => other.person?.name === person.name).length === 1;
}
