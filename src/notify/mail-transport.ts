import { Injectable } from '@nestjs/common';
import type { Transporter } from 'nodemailer';
import { Env } from '../common/env.js';
import { LoadedOnce } from '../common/loaded-once.js';
import type { OutboxMail } from '../database/sql/notify/outbox.js';
import { messageId } from './mail-headers.js';

/** A server that does not answer is given up after this long; a mail that was claimed is not claimed again before. */
export const SMTP_TIMEOUT_MS = 30_000;

/** Sends a mail of the outbox by SMTP. Knows nothing of the database. */
@Injectable()
export class MailTransport {
  /** For the first mail, as nothing before it needs the library. */
  readonly #transporter: LoadedOnce<Transporter>;

  constructor(private readonly env: Env) {
    this.#transporter = new LoadedOnce(() => opened(env.SMTP_URL));
  }

  /** False: there is no SMTP_URL. */
  get isConfigured(): boolean {
    return this.env.SMTP_URL !== undefined;
  }

  /** A mail that says that mails arrive: past the outbox, so that whoever waits for it learns what the server says. @throws as `send` */
  async sendTest(to: string): Promise<void> {
    const transporter = await this.#transporter.get();
    await transporter.sendMail({
      from: this.env.MAIL_FROM,
      to,
      subject: 'Accord: a test',
      text: `This mail was sent from ${this.env.publicUrl} to see whether mails arrive. They do.\n`,
      messageId: messageId(crypto.randomUUID(), this.env.publicUrl),
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    });
  }

  /** Resolves when the server has taken the mail. @throws whatever nodemailer says; see `refusal` */
  async send(mail: OutboxMail): Promise<void> {
    const transporter = await this.#transporter.get();
    const { References, 'In-Reply-To': inReplyTo, ...headers } = mail.headers;
    await transporter.sendMail({
      from: this.env.MAIL_FROM,
      to: mail.recipient,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: messageId(mail.id, this.env.publicUrl),
      headers,
      ...(References !== undefined && { references: References }),
      ...(inReplyTo !== undefined && { inReplyTo }),
    });
  }
}

async function opened(url: string | undefined): Promise<Transporter> {
  if (url === undefined) throw new Error('SMTP_URL is not set');
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url,
    connectionTimeout: SMTP_TIMEOUT_MS / 3,
    greetingTimeout: SMTP_TIMEOUT_MS / 3,
    dnsTimeout: SMTP_TIMEOUT_MS / 3,
    socketTimeout: SMTP_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

export type Refusal = 'this mail for good' | 'this mail for now' | 'server';

/** What a failure says: about this mail, or about the server, which then will not take the next one either. */
export function refusal(error: unknown): Refusal {
  const { code, responseCode } = error as { readonly code?: string; readonly responseCode?: number };
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return 'server';
  return responseCode !== undefined && responseCode >= 500 ? 'this mail for good' : 'this mail for now';
}
