import type { OneTimeLink } from '../api/access';

/** A one-time link that was made for somebody. */
export interface LinkFor {
  readonly name: string;
  readonly link: OneTimeLink;
}
