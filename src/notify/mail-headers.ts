/** The domain of the ids of our mails: where people reach the service, so that two services never make the same id. */
export function mailDomain(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname) ? 'accord.localhost' : hostname;
}

/** Always the same for a row of the outbox: a mail that arrives twice, after a crash, is shown once. */
export function messageId(outboxId: string, publicUrl: string): string {
  return `<${outboxId}@${mailDomain(publicUrl)}>`;
}

export interface MailAbout {
  /** What the mail is about, such as `pipeline.companies`; `null`: it stands alone. */
  readonly thread: string | null;
  readonly publicUrl: string;
  /** Where a machine can end such mails without a person signing in (RFC 8058); `null`: they are not a matter of choice. */
  readonly unsubscribe: string | null;
}

/**
 * Headers of a mail that a machine writes. Mails about one thing share the id that `References` names, which is no mail's
 * own: clients show them as one thread, and answer with no vacation notice.
 */
export function mailHeaders({ thread, publicUrl, unsubscribe }: MailAbout): Readonly<Record<string, string>> {
  const domain = mailDomain(publicUrl);
  const root = thread === null ? null : `<${thread.replaceAll(/[^\w.-]/g, '-')}@${domain}>`;
  return {
    ...(root !== null && { References: root, 'In-Reply-To': root }),
    'List-Id': `Accord conflicts <conflicts.${domain}>`,
    ...(unsubscribe !== null && {
      'List-Unsubscribe': `<${unsubscribe}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    Precedence: 'bulk',
  };
}
