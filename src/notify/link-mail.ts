import { linkAddress } from '../common/one-time-secret.js';
import { oneLine } from './mail-value.js';
import type { Letter, PageWords } from './letter.js';

/** Stands in a stored mail where the secret of a one-time link comes when it is sent (send-mail-job). */
export const ONE_TIME_SECRET = 'a-secret-that-is-made-when-this-is-sent';

/** What somebody is sent a one-time link for. */
export interface LinkWanted {
  readonly why: 'invitation' | 'new-password';
  /** Who asked for it. */
  readonly by: string;
}

/** What the templates of `one-time-link` are given. */
export interface LinkMail extends PageWords {
  readonly name: string;
  readonly sentence: string;
  readonly hint: string;
  readonly link: string;
  readonly linkText: string;
}

/** An invitation, or a way to a new password. The mail holds the one secret that lets the reader in, once. */
export function linkLetter(name: string, { why, by }: LinkWanted, publicUrl: string): Letter<LinkMail> {
  const invited = why === 'invitation';
  const heading = invited ? 'You are invited to Accord' : 'Choose a new password';
  const who = by === '' ? 'An admin' : oneLine(by);
  return {
    kind: 'access',
    template: 'one-time-link',
    thread: null,
    data: {
      subject: heading,
      heading,
      preheader: invited ? `${who} has invited you.` : 'With a link that works once.',
      name: oneLine(name),
      sentence: invited
        ? `${who} has invited you. Accord keeps records in two systems in agreement; people decide where they disagree.`
        : `${who} has asked for a link with which you choose a new password. The one you have stays good until you do.`,
      hint: `The link works once, for ${invited ? '7 days' : '24 hours'}. Whoever has it can sign in as you: do not pass this mail on.`,
      link: linkAddress(publicUrl, ONE_TIME_SECRET),
      linkText: 'Choose a password',
    },
  };
}
