import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from './errors.js';

type SortKeys = readonly (string | number)[];

const MAC_BYTES = 16;

/**
 * Opaque cursors of keyset pages: the sort keys of the last row, signed together with the filter they belong to. A client cannot make
 * one up, nor carry one over to another filter, where it would skip rows in silence.
 */
export class PageCursors {
  readonly #key: Buffer;

  /** @param secret equal in all processes that serve the API, else a cursor of one is refused by the other */
  constructor(secret: string) {
    this.#key = createHash('sha256').update('accord page cursor\0').update(secret).digest();
  }

  write(filter: unknown, keys: SortKeys): string {
    const text = JSON.stringify(keys);
    return Buffer.concat([this.#mac(filter, text), Buffer.from(text)]).toString('base64url');
  }

  /** @throws AppError `malformed` for a cursor that was not given out for this filter */
  read(filter: unknown, cursor: string): SortKeys {
    const bytes = Buffer.from(cursor, 'base64url');
    const text = bytes.subarray(MAC_BYTES).toString();
    const mac = bytes.subarray(0, MAC_BYTES);
    if (mac.length !== MAC_BYTES || !timingSafeEqual(mac, this.#mac(filter, text))) {
      throw new AppError('malformed', 'cursor: expected one that was given as `next` for the same filter.', {
        faults: [
          {
            pointer: '/cursor',
            code: 'cursor',
            detail: 'belongs to another filter, or was not given by this service',
          },
        ],
      });
    }
    return JSON.parse(text) as SortKeys;
  }

  #mac(filter: unknown, text: string): Buffer {
    const hmac = createHmac('sha256', this.#key).update(JSON.stringify(filter)).update('\0').update(text);
    return hmac.digest().subarray(0, MAC_BYTES);
  }
}

/** What all processes on one database share and nobody else has: its credentials. The address may differ from process to process. */
export function cursorSecret(databaseUrl: string): string {
  const { username, password, pathname } = new URL(databaseUrl);
  return [username, password, pathname].join('\0');
}
