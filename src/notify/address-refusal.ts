/** Enhanced status codes (RFC 3463) that say that there is no such mailbox, or that it takes no mail any more. */
const OF_THE_MAILBOX: ReadonlySet<string> = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1']);
/** Replies of servers that give no such code: the mailbox mostly, but also a relay, a sender or a client that is not let in. */
const PERHAPS_OF_IT: ReadonlySet<number> = new Set([550, 551, 553]);

/**
 * Whether a refusal for good is one of the address: `perhaps` where the server does not say enough. Servers answer the recipient with what
 * they hold against the sender, the client or the relay, and what they say after the mail is about its content: one such answer is no
 * reason to write to nobody any more.
 */
export function addressRefused(error: unknown): 'yes' | 'perhaps' | 'no' {
  const { code, command, response, responseCode } = error as {
    readonly code?: string;
    readonly command?: string;
    readonly response?: unknown;
    readonly responseCode?: number;
  };
  if (code !== 'EENVELOPE' || command !== 'RCPT TO' || responseCode === undefined || responseCode < 500)
    return 'no';
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(
    typeof response === 'string' ? response : '',
  )?.[1];
  if (enhanced !== undefined) return OF_THE_MAILBOX.has(enhanced) ? 'yes' : 'no';
  return PERHAPS_OF_IT.has(responseCode) ? 'perhaps' : 'no';
}
