import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { HubPools } from './pools.js';

/**
 * Signs what is sent out and comes back, so that nobody can make up one. A signature proves where a text is from, and is never enough to
 * do something that matters: see what checks it.
 */
@Injectable()
export class Signer {
  #key: Promise<Buffer> | undefined;

  constructor(private readonly pools: HubPools) {}

  /** @param purpose what it is for: a signature for one purpose is none for another */
  async sign(purpose: string, text: string): Promise<string> {
    return `${Buffer.from(text).toString('base64url')}.${(await this.#mac(purpose, text)).toString('base64url')}`;
  }

  /** The text, or `null` for what was not signed here for this purpose. */
  async verify(purpose: string, token: string): Promise<string | null> {
    const [body = '', mac = '', ...rest] = token.split('.');
    const text = Buffer.from(body, 'base64url').toString();
    const given = Buffer.from(mac, 'base64url');
    const expected = await this.#mac(purpose, text);
    const isOurs = rest.length === 0 && given.length === expected.length && timingSafeEqual(given, expected);
    return isOurs ? text : null;
  }

  async #mac(purpose: string, text: string): Promise<Buffer> {
    this.#key ??= this.#load().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return createHmac('sha256', await this.#key)
      .update(`${purpose}\0${text}`)
      .digest();
  }

  /** The same in all processes: whoever comes first makes it. */
  async #load(): Promise<Buffer> {
    const { general } = this.pools;
    await general.query(
      `insert into service_key (name, key) values ('signing', $1) on conflict (name) do nothing`,
      [randomBytes(32)],
    );
    const { rows } = await general.query<{ key: Buffer }>(
      `select key from service_key where name = 'signing'`,
    );
    if (rows[0] === undefined) throw new Error('the signing key is not there');
    return rows[0].key;
  }
}
