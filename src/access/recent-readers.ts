import type { Request } from 'express';
import type { Caller } from '../common/caller.js';
import type { AccessSettings } from './access-settings.js';
import { readCookie } from './cookies.js';
import { hashOf } from '../common/one-time-secret.js';

const REMEMBERED_MS = 15 * 60_000;
const MOST = 50;

/**
 * Whoever has read the metrics a moment ago. While the database does not answer nobody can be asked for, and that is when the metrics
 * matter most: these may go on reading them, and nothing else.
 */
export class RecentReaders {
  readonly #readers = new Map<string, { readonly caller: Caller; readonly until: number }>();

  constructor(private readonly settings: AccessSettings) {}

  remember(request: Request, caller: Caller, now: number): void {
    const key = this.#keyOf(request);
    this.#readers.delete(key);
    this.#readers.set(key, { caller, until: now + REMEMBERED_MS });
    const [oldest] = this.#readers.keys();
    if (this.#readers.size > MOST && oldest !== undefined) this.#readers.delete(oldest);
  }

  recall(request: Request, now: number): Caller | null {
    const reader = this.#readers.get(this.#keyOf(request));
    return reader === undefined || reader.until < now ? null : reader.caller;
  }

  #keyOf(request: Request): string {
    const shown = request.headers.authorization ?? readCookie(request, 'session', this.settings) ?? '';
    return hashOf(shown).toString('hex');
  }
}
