/** Errors of MySQL and MariaDB that quote a value: duplicate keys, and what does not fit a column. */
const QUOTING: ReadonlySet<number> = new Set([1062, 1264, 1265, 1292, 1366, 1406, 1411, 1525]);

const RAISED = 'an error that its own code raised; what that said is in the log of the server';

/** Quotation marks of the languages that PostgreSQL speaks (lc_messages, which only a superuser can set for us). */
const MARK = '["“”„«»「」『』]';

/**
 * What a server said, without the values that it quotes: messages about data that does not fit repeat it (`invalid input syntax for type
 * integer: "…"`), and go into logs and onto the pages of pipelines.
 *
 * @param code SQLSTATE, or the number of an error of MySQL
 * @param routine of PostgreSQL, where the error comes from
 */
export function withoutValues(message: string, code: unknown, routine?: unknown): string {
  // What triggers of people's own say under a code of their own choice may be anything. (P0001 is a refusal of the row, and told as such.)
  if (routine === 'exec_stmt_raise' && code !== 'P0001') return RAISED;
  if (typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code))
    return message.replace(new RegExp(`${MARK}[^]*${MARK}`, 'gu'), '"…"');
  if (typeof code === 'number' && QUOTING.has(code))
    return message.replace(/'[^]*?'(?= (for|at|to)\b|$)/g, "'…'");
  return message;
}
