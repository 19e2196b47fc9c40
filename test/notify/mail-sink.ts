import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail extends Email {
  readonly recipients: readonly string[];
  header(name: string): string | undefined;
}

export interface MailSink {
  readonly port: number;
  readonly url: string;
  readonly mails: ReceivedMail[];
  close(): Promise<void>;
}

export interface SinkBehaviour {
  /** 0 lets the system choose. */
  readonly port?: number;
  /** Answers RCPT TO of this address with a reply of this code, and these words in place of the usual ones. */
  readonly refuse?: { readonly address: string; readonly code: number; readonly says?: string };
  /** Answers MAIL FROM with a reply of this code. */
  readonly refuseSender?: number;
  /** Called when a mail has been taken, before the client is told. */
  readonly onMail?: () => void | Promise<void>;
}

/** A real SMTP server on loopback that keeps what it is given. */
export async function startMailSink({
  port = 0,
  refuse,
  refuseSender,
  onMail,
}: SinkBehaviour = {}): Promise<MailSink> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onMailFrom: (_address, _session, done) => {
      if (refuseSender === undefined) done();
      else done(Object.assign(new Error('not from you'), { responseCode: refuseSender }));
    },
    onRcptTo: ({ address }, _session, done) => {
      if (address !== refuse?.address) {
        done();
        return;
      }
      done(Object.assign(new Error(refuse.says ?? 'no such mailbox'), { responseCode: refuse.code }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const keep = async () => {
          const email = await PostalMime.parse(Buffer.concat(chunks));
          mails.push({
            ...email,
            recipients: session.envelope.rcptTo.map(({ address }) => address),
            header: (name) => email.headers.find(({ key }) => key === name.toLowerCase())?.value,
          });
          await onMail?.();
        };
        keep().then(
          () => done(),
          (error: unknown) => done(error as Error),
        );
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const listening = (server.server.address() as AddressInfo).port;
  return {
    port: listening,
    url: `smtp://127.0.0.1:${listening}`,
    mails,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
