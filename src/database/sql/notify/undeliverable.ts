import type { Statement } from '../statement.js';

export interface UndeliverableRow {
  /** In lower case, without a name. */
  readonly address: string;
  readonly since: Date;
  readonly reason: string;
}

/** Whoever is not a person has nobody who could say that the address is there again. */
const ofPerson = 'exists (select from person p where lower(p.email) = u.address)';

/** Addresses to which nothing is sent: as many as have been refused, which are few. */
export const undeliverable: Statement<UndeliverableRow & Record<string, unknown>> = {
  name: 'notify_undeliverable',
  text: `select address, since, reason from undeliverable u where ${ofPerson}`,
};

/** Parameters: address in lower case. */
export const isUndeliverable: Statement<UndeliverableRow & Record<string, unknown>> = {
  name: 'notify_is_undeliverable',
  text: `select address, since, reason from undeliverable u where address = $1 and ${ofPerson}`,
};

/** Nothing where it is known already. Parameters: address in lower case, reason. */
export const noteUndeliverable: Statement<{ address: string }> = {
  name: 'notify_note_undeliverable',
  text: `insert into undeliverable (address, reason) values ($1, $2) on conflict do nothing returning address`,
};

/** Parameters: address in lower case. */
export const forgetUndeliverable: Statement<{ address: string }> = {
  name: 'notify_forget_undeliverable',
  text: `delete from undeliverable where address = $1 returning address`,
};

/** What could not be sent there lately is sent now. Parameters: address in lower case, hours. */
export const sendAgain: Statement<{ id: string }> = {
  name: 'notify_send_again',
  text: `
  update mail_outbox set failed_at = null, attempts = 0, due_at = now()
  where failed_at > now() - $2 * interval '1 hour'
    and lower(coalesce(substring(recipient from '<([^<>]+)>\\s*$'), recipient)) = $1 returning id`,
};

/** The key of the person whose address it is. Parameters: address in lower case. */
export const personAt: Statement<{ id: string }> = {
  name: 'notify_person_at',
  text: `select id from person where lower(email) = $1`,
};
