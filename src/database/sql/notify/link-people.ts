import type { Statement } from '../statement.js';

export interface LinkPerson {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly state: 'invited' | 'active';
}

/** Those of these people who can be sent a one-time link: whoever was disabled meanwhile is not among them. Parameters: keys[]. */
export const linkPeople: Statement<LinkPerson> = {
  name: 'notify_link_people',
  text: `select id, email, name, state from person where id = any($1::text[]::uuid[]) and state <> 'disabled' and not demo`,
};
