import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Env } from '../common/env.js';
import { AppError, messageOf } from '../common/errors.js';
import { appendAudit, type AuditActor } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { personById } from '../database/sql/access/people.js';
import { run } from '../database/sql/statement.js';
import { inTransaction } from '../database/transaction.js';
import type { MailFault, MailServerDto, MailTestDto } from './mail-test.dto.js';
import { MailTransport } from './mail-transport.js';

const MOST_ANSWER = 500;

/** Says which mail server is set, and whether it takes a mail. */
@Injectable()
export class MailTests {
  constructor(
    private readonly env: Env,
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly transport: MailTransport,
  ) {}

  server(): MailServerDto {
    const url = this.env.SMTP_URL === undefined ? null : new URL(this.env.SMTP_URL);
    const secure = url?.protocol === 'smtps:';
    return {
      configured: url !== null,
      host: url?.hostname ?? null,
      port: url === null ? null : url.port === '' ? (secure ? 465 : 587) : Number(url.port),
      account: url === null || url.username === '' ? null : decodeURIComponent(url.username),
      secure,
      from: this.env.MAIL_FROM,
    };
  }

  /** Sends a mail to the person. @throws AppError `mail-unconfigured` */
  async send(personId: string, actor: AuditActor): Promise<MailTestDto> {
    if (!this.transport.isConfigured)
      throw new AppError('mail-unconfigured', 'No mail is sent: SMTP_URL is not set.');
    const [person] = await run(this.pools.general, personById, [personId]);
    if (person === undefined) throw new AppError('not-found', 'You are not there any more.');
    const to = person.email;
    const outcome = await this.#try(to);
    await inTransaction(this.pools.general, (client) =>
      appendAudit(client, this.clock.now(), {
        actor,
        action: 'mail.tested',
        object: null,
        pipeline: null,
        detail: { ok: outcome.ok, code: outcome.code },
      }),
    );
    return { to, ...outcome };
  }

  async #try(to: string): Promise<Omit<MailTestDto, 'to'>> {
    try {
      await this.transport.sendTest(to);
      return { ok: true, code: null, detail: `The server has taken a mail to ${to}.`, answer: null };
    } catch (error) {
      const code = faultOf(error);
      return { ok: false, code, detail: words[code], answer: answerOf(error) };
    }
  }
}

const words: Readonly<Record<MailFault, string>> = {
  unreachable: 'The mail server does not answer. Check host and port in SMTP_URL, and the network between.',
  encryption:
    'No encrypted connection could be made. Check the certificate, and smtp:// or smtps:// in SMTP_URL.',
  'sign-in': 'The mail server refused account or password. Check them in SMTP_URL.',
  refused: 'The mail server refused the mail: the sender (MAIL_FROM), the recipient or what is in it.',
  failed: 'The mail was not taken.',
};

/** Nodemailer's codes: where it stopped. */
function faultOf(error: unknown): MailFault {
  const { code } = error as { readonly code?: string };
  switch (code) {
    case 'ECONNECTION':
    case 'ECONNREFUSED':
    case 'ETIMEDOUT':
    case 'EDNS':
    case 'EPROTOCOL':
      return 'unreachable';
    case 'ETLS':
    case 'EREQUIRETLS':
      return 'encryption';
    case 'ESOCKET':
      return isAboutTls(error) ? 'encryption' : 'unreachable';
    case 'EAUTH':
    case 'ENOAUTH':
    case 'EOAUTH2':
      return 'sign-in';
    case 'EENVELOPE':
    case 'EMESSAGE':
    case 'ESTREAM':
      return 'refused';
    default:
      return 'failed';
  }
}

function isAboutTls(error: unknown): boolean {
  return /certificate|ssl|tls/i.test(messageOf(error));
}

/** What the server said; else what happened. Neither holds the password: a server does not answer with what it was sent. */
function answerOf(error: unknown): string {
  const { response } = error as { readonly response?: unknown };
  return (typeof response === 'string' ? response : messageOf(error)).slice(0, MOST_ANSWER);
}
