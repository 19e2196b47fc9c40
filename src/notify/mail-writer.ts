import { Injectable } from '@nestjs/common';
import { Env } from '../common/env.js';
import { uuidv7 } from '../common/ids.js';
import { Signer } from '../database/signer.js';
import type { OutboxMail } from '../database/sql/notify/outbox.js';
import type { Footer, Letter } from './letter.js';
import { mailHeaders } from './mail-headers.js';
import { MailTemplates } from './mail-templates.js';
import type { Recipient } from './recipient.js';

/** Purpose of the signature of addresses that end mails; signed is `<person>|<kind of mail>`. */
export const UNSUBSCRIBE = 'unsubscribe';

/** Makes a letter somebody's mail: with what is at its foot, in its headers, and rendered. */
@Injectable()
export class MailWriter {
  constructor(
    private readonly env: Env,
    private readonly templates: MailTemplates,
    private readonly signer: Signer,
  ) {}

  async write({ person, address }: Recipient, letter: Letter): Promise<OutboxMail> {
    const { publicUrl } = this.env;
    const token = person === null ? null : await this.signer.sign(UNSUBSCRIBE, `${person.id}|${letter.kind}`);
    const footer: Footer =
      token === null
        ? {
            reason: 'You get this mail because this address is in MAIL_TO of this Accord service.',
            settingsLink: null,
            unsubscribeLink: null,
          }
        : {
            reason: 'You get this mail because of your roles in Accord, or because you have chosen it.',
            settingsLink: `${publicUrl}/settings/notifications`,
            unsubscribeLink: `${publicUrl}/unsubscribe#${token}`,
          };
    const unsubscribe = token === null ? null : `${publicUrl}/api/v1/unsubscribe/${token}`;
    return this.#mail(address, letter, footer, unsubscribe);
  }

  /** To somebody who must get it: not a matter of preference. Their one-time link is made when it is sent. */
  async writeLink(
    person: { readonly id: string; readonly email: string },
    letter: Letter,
  ): Promise<OutboxMail> {
    const footer: Footer = {
      reason: 'You get this mail because an admin of this Accord service has entered your address.',
      settingsLink: null,
      unsubscribeLink: null,
    };
    return { ...(await this.#mail(person.email, letter, footer, null)), link_for: person.id };
  }

  async #mail(
    recipient: string,
    letter: Letter,
    footer: Footer,
    unsubscribe: string | null,
  ): Promise<OutboxMail> {
    const { kind, template, thread, data } = letter;
    return {
      id: uuidv7(),
      kind,
      recipient,
      ...(await this.templates.render(template, { ...data, ...footer })),
      headers: mailHeaders({ thread, publicUrl: this.env.publicUrl, unsubscribe }),
      link_for: null,
    };
  }
}
