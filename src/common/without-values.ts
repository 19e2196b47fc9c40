/** Errors of MySQL and MariaDB that quote a value: duplicate keys, and what does not fit a column. */
const QUOTING: ReadonlySet<number> = new Set([1062, 1264, 1265, 1292, 1366, 1406, 1411, 1525]);

/** Quotation marks of the languages that PostgreSQL speaks (lc_messages, which only a superuser can set for us). */
const MARK = '["“”„«»「」『』]';

/**
 * What a server said, without the values that it quotes: messages about data that does not fit repeat it (`invalid input syntax for type
 * integer: "…"`), and go into logs and onto the pages of pipelines.
 *
 * @param code SQLSTATE, or the number of an error of MySQL
 */
export function withoutValues(message: string, code: unknown): string {
  if (typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code))
    return message.replace(new RegExp(`${MARK}[^]*${MARK}`, 'gu'), '"…"');
  if (typeof code === 'number' && QUOTING.has(code))
    return message.replace(/'[^]*?'(?= (for|at|to)\b|$)/g, "'…'");
  return message;
}
