import { Client } from 'pg';

export interface ListenerEvents {
  /** The payload of a notification, as it was sent. */
  readonly heard: (payload: string) => void;
  /** Listening began again, or later than asked for: what was sent meanwhile was not heard. */
  readonly back: () => void;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/**
 * One connection that listens on a channel, for as long as it is not closed: a lost connection is opened again, with growing pauses.
 * Its own connection, not the pool's: a listening one can never be given back.
 */
export class ChangeListener {
  #client: Client | null = null;
  #retry: NodeJS.Timeout | null = null;
  #pause = FIRST_RETRY_MS;
  #closed = false;
  #away = false;
  #opening: Promise<void> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly events: ListenerEvents,
  ) {}

  /** Resolves after the first attempt, whether it succeeded or will be repeated. */
  async open(): Promise<void> {
    this.#opening = this.#open();
    await this.#opening;
  }

  /** Resolves when the connection is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#opening;
    await this.#client?.end().catch(() => undefined);
    this.#client = null;
  }

  async #open(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'accord events',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined);
    client.on('notification', ({ payload }) => this.events.heard(payload ?? ''));
    client.on('end', () => this.#lost(client));
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(this.channel)}`);
      this.#client = client;
      this.#pause = FIRST_RETRY_MS;
      if (this.#away) this.events.back();
      this.#away = false;
    } catch {
      await client.end().catch(() => undefined);
      this.#again();
    }
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#again();
  }

  #again(): void {
    this.#away = true;
    if (this.#closed || this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.open();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_RETRY_MS);
  }
}
