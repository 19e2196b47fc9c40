import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventFeed } from '../../src/review/event-feed.js';
import { ReviewModule } from '../../src/review/review.module.js';
import { apiApp, type ApiApp } from '../support/review-app.js';

interface Heard {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, string | null>;
}

/** A browser's EventSource, as far as these tests need it. */
class Screen {
  readonly heard: Heard[] = [];
  lastId = '';
  ended = false;
  readonly #request: ClientRequest;
  #text = '';

  constructor(url: string, signedIn: Readonly<Record<string, string>>, lastEventId?: string) {
    const headers = {
      ...signedIn,
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    this.#request = request(`${url}/events`, { headers, agent: false }, (response) => this.#read(response));
    this.#request.on('error', () => undefined);
    this.#request.end();
  }

  close(): void {
    this.#request.destroy();
  }

  async until(condition: (screen: this) => boolean): Promise<void> {
    for (let waited = 0; !condition(this); waited += 10) {
      if (waited > 5_000) throw new Error(`heard only ${JSON.stringify(this.heard)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #read(response: IncomingMessage): void {
    response.setEncoding('utf8');
    response.on('end', () => (this.ended = true));
    response.on('error', () => undefined);
    response.on('data', (chunk: string) => {
      this.#text += chunk;
      const blocks = this.#text.split('\n\n');
      this.#text = blocks.pop()!;
      for (const block of blocks) this.#take(block);
    });
  }

  #take(block: string): void {
    const field = (name: string): string | undefined =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim();
    this.lastId = field('id') ?? this.lastId;
    const data = field('data');
    if (data !== undefined)
      this.heard.push({
        event: field('event') ?? 'message',
        id: this.lastId,
        data: JSON.parse(data) as Heard['data'],
      });
  }
}

describe('the event stream', () => {
  let api: ApiApp;
  let feed: EventFeed;
  const screens: Screen[] = [];

  beforeAll(async () => {
    api = await apiApp(ReviewModule);
    feed = api.app.get(EventFeed);
  });
  afterAll(() => api.close());
  afterEach(() => screens.splice(0).forEach((screen) => screen.close()));

  async function open(lastEventId?: string): Promise<Screen> {
    const screen = new Screen(api.url, api.tester.headers, lastEventId);
    screens.push(screen);
    await screen.until(({ lastId }) => lastId !== '');
    return screen;
  }

  const notify = (event: unknown): Promise<unknown> =>
    api.pools.general.query(`select pg_notify('accord_events', $1)`, [JSON.stringify(event)]);

  it('tells every screen what changed, by the names of the API', async () => {
    const [one, two] = [await open(), await open()];
    await notify({ type: 'conflict', id: '01990000-0000-7000-8000-000000000001' });
    await notify({ type: 'pipeline', id: api.records.pipelineId });
    for (const screen of [one, two]) {
      await screen.until(({ heard }) => heard.length === 2);
      expect(screen.heard.map(({ event, data }) => ({ event, data }))).toEqual([
        { event: 'conflict', data: { id: 'cf_01990000-0000-7000-8000-000000000001' } },
        { event: 'pipeline', data: { name: 'companies' } },
      ]);
    }
  });

  it('tells the same thing once when it changes often, and "look at all" when too much changes', async () => {
    const screen = await open();
    await api.pools.general.query(
      `select pg_notify('accord_events', '{"type":"pipeline","id":"companies","n":' || n || '}') from generate_series(1, 50) n`,
    );
    await screen.until(({ heard }) => heard.length > 0);
    expect(screen.heard).toHaveLength(1);
    await api.pools.general.query(
      `select pg_notify('accord_events', '{"type":"conflict","id":"' || gen_random_uuid() || '"}') from generate_series(1, 1000)`,
    );
    await screen.until(({ heard }) => heard.some(({ data }) => data.id === null));
    expect(screen.heard.length).toBeLessThan(10);
  });

  it('passes on that more changed than the engine can name', async () => {
    const screen = await open();
    await notify({ type: 'conflict', id: null });
    await screen.until(({ heard }) => heard.length > 0);
    expect(screen.heard.map(({ event, data }) => ({ event, data }))).toEqual([
      { event: 'conflict', data: { id: null } },
    ]);
  });

  it('ignores what is not an event', async () => {
    const screen = await open();
    await api.pools.general.query(
      `select pg_notify('accord_events', 'garbage'), pg_notify('accord_events', '{"type":"secret","id":"1"}')`,
    );
    await notify({ type: 'pipeline', id: 'companies' });
    await screen.until(({ heard }) => heard.length > 0);
    expect(screen.heard.map(({ event }) => event)).toEqual(['pipeline']);
  });

  it('tells who comes back what changed meanwhile, and nothing to who is new', async () => {
    const before = await open();
    const { lastId } = before;
    before.close();
    const link = await api.records.agreed({ a: 'A-1', b: 'B-1' }, { name: 'Ann' });
    await api.records.edit(
      link,
      { unit: 'name', side: 'A', value: 'x' },
      { unit: 'name', side: 'B', value: 'y' },
    );
    const { rows } = await api.pools.general.query<{ id: string }>('select id from conflict');
    const back = await open(lastId);
    await back.until(({ heard }) => heard.some(({ event }) => event === 'conflict'));
    expect(back.heard.filter(({ event }) => event === 'conflict').map(({ data }) => data.id)).toEqual([
      `cf_${rows[0]!.id}`,
    ]);
    const fresh = await open();
    await notify({ type: 'pipeline', id: 'companies' });
    await fresh.until(({ heard }) => heard.length > 0);
    expect(fresh.heard.map(({ event }) => event)).toEqual(['pipeline']);
  });

  it('tells who was away too long, or brings a strange id, to look at everything', async () => {
    for (const id of ['1', 'abc']) {
      const screen = await open(id);
      await screen.until(({ heard }) => heard.length === 3);
      expect(screen.heard.map(({ event, data }) => `${event} ${JSON.stringify(data)}`)).toEqual([
        'conflict {"id":null}',
        'pipeline {"name":null}',
        'decision {"id":null}',
      ]);
    }
  });

  it('hears again, and of what it missed, after its connection to the database broke', async () => {
    const screen = await open();
    const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'accord events' and datname = current_database()`;
    await api.pools.general.query(terminate);
    await api.pools.general.query(`update pipeline set updated_at = clock_timestamp()`);
    await screen.until(({ heard }) => heard.some(({ event }) => event === 'pipeline'));
    const told = screen.heard.length;
    await notify({ type: 'decision', id: '01990000-0000-7000-8000-000000000002' });
    await screen.until(({ heard }) => heard.length > told);
  });

  it('lets go of screens that close', async () => {
    const [one, two] = [await open(), await open()];
    await one.until(() => feed.subscribers >= 2);
    one.close();
    two.close();
    await one.until(() => feed.subscribers === 0);
  });

  it('ends its streams when the service stops', async () => {
    const own = await apiApp(ReviewModule);
    const screen = new Screen(own.url, own.tester.headers);
    await screen.until(({ lastId }) => lastId !== '');
    await own.close();
    await screen.until(({ ended }) => ended);
  });
});
