import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { QueueJob } from '../../src/review/queue/queue-job.js';
import { launchChromium } from '../support/chromium.js';
import { newMasterKey } from '../support/connected-service.js';
import { addPerson, signIn } from '../support/tester.js';
import { openScreen, picture, wcag } from './screen.js';
import { loadingPlaces, screenStates, type ScreenState } from './states.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(120_000);

interface Look {
  readonly look: string;
  readonly scheme: 'light' | 'dark';
  readonly contrast: boolean;
  readonly width: number;
  /** Only what colours can break; what the others found is the same here. */
  readonly colours: boolean;
}

const looks: readonly Look[] = [
  { look: 'light', scheme: 'light', contrast: false, width: 1280, colours: false },
  { look: 'light-high', scheme: 'light', contrast: true, width: 1280, colours: true },
  { look: 'dark', scheme: 'dark', contrast: false, width: 1280, colours: true },
  { look: 'dark-high', scheme: 'dark', contrast: true, width: 1280, colours: true },
  { look: 'narrow', scheme: 'dark', contrast: false, width: 320, colours: false },
];

const SETTLED_MS = 400;

/** Runs in the page: puts the look on, as the switches of the screen do. */
function putOn({ scheme, contrast }: Look): string {
  return `(() => {
    const root = document.documentElement;
    root.setAttribute('data-mantine-color-scheme', '${scheme}');
    root.toggleAttribute('data-contrast', false);
    if (${String(contrast)}) root.setAttribute('data-contrast', 'more');
  })()`;
}

/** Runs in the page: lets axe look at what is before the reader. */
function looked({ look, colours }: Look): string {
  const options = colours ? { runOnly: ['color-contrast'] } : wcag;
  return `(async () => {
    const root = document.documentElement;
    const before = ${String(colours)} && document.querySelector('[role=dialog]') || document;
    const { violations } = await axe.run(before, { ...${JSON.stringify(options)}, resultTypes: ['violations'] });
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => '${look}: ' + id + ': ' + html.slice(0, 200) + ' ' + any.map(({ message }) => message).join('; ')));
    const over = root.scrollWidth - innerWidth;
    return over > 0 ? [...found, '${look}: ' + over + ' px wider than the screen'] : found;
  })()`;
}

describe('every state of the screen', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  const places: Record<string, string> = {};

  beforeAll(async () => {
    service = await startUiService({
      spec: {
        review: { sla: { normal: '2d', businessHours: 'Mon-Fri 09:00-18:00 Europe/Berlin' } },
        fields: { name: {}, email: {}, tags: {}, amount: {}, notes: { pii: true } },
      },
      variables: { ACCORD_MASTER_KEY: newMasterKey() },
    });
    browser = await launchChromium();
    await fill();
    page = await openScreen(browser, service.url, { as: service.tester });
  }, 90_000);
  afterAll(async () => {
    await page.context().close();
    await browser.close();
    await service.close();
  });

  /** One record in every kind of trouble, one that is deleted, and a person who asks. */
  async function fill(): Promise<void> {
    const { records, pools } = service;
    const link = await records.agreed(
      { a: 'A-1', b: 'B-1' },
      { name: 'Nokia', email: 'a@x.com', tags: ['vip'] },
    );
    for (const [unit, a, b] of [
      ['email', 'a@y.com', 'a@z.com'],
      ['tags', ['eu', 'vip'], []],
      ['amount', '5', '6'],
      ['notes', 'is ill', 'was ill'],
    ] as const)
      await records.edit(link, { unit, side: 'A', value: a }, { unit, side: 'B', value: b });
    const gone = await records.agreed({ a: 'A-9', b: 'B-9' }, { name: 'Gone Ltd' });
    const going = await records.agreed({ a: 'A-8', b: 'B-8' }, { name: 'Going Ltd' });
    await records.edit(going, { unit: '$life', side: 'A', value: 'deleted' });
    places.record = `rec_${String(link)}`;
    places.deleted = `rec_${String(gone)}`;
    await pools.general.query(
      `with ended as (update link set state = 'deleted', ended_at = now() where id = $1)
       update shadow set fields = fields || '{"$life": "deleted"}' where link_id = $1`,
      [gone],
    );
    await pools.general.query(
      `with guard as (
         insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample)
         select gen_random_uuid(), id, 'A', 'blanking', 'email', 1200, 100, 4000, 3600000, $2 from pipeline),
       closed as (
         insert into conflict (id, pipeline_id, link_id, unit, key, state, kind, reason, title, base, candidates, policy, revision, closed_at, close_reason)
         select gen_random_uuid(), id, $1, 'code', 'A2,B2', 'closed', 'value', 'both sides changed it', 'Nokia', null,
           '[{"key":"a","side":"A","v":"Leeds","d":"A2","c":"2.1.1"},{"key":"b","side":"B","v":"Hull","d":"B2","c":"1.2.1"}]',
           '{"strategy":"review"}', 1, now(), 'converged' from pipeline),
       verified as (
         insert into verification (pipeline_id, state, revision, started_at, finished_at, done, total, found, certificate, hash)
         select id, 'finished', 1, now(), now(), 1, 1, '{"conflict": 0, "blocked": 0, "in-flight": 0, "policy": 0, "unknown": 1}', '{}', repeat('ab', 32)
         from pipeline returning id),
       differs as (
         insert into verification_difference (verification_id, kind, reason, link_id, side, ext_id, unit, held, seen, detail, mark)
         select id, 'value', 'unknown', $1, 'A', 'A-1', 'name', '"Nokia"', '"Nokia Oyj"', 'CRM has another value than was last seen there', '' from verified),
       lag as (insert into lag_minute select id, date_trunc('minute', now()) - interval '2 hours', 'A', 75 from pipeline)
       insert into blocked_unit (link_id, unit, side, pipeline_id, code, detail)
       select $1, 'name', 'B', id, 'value-refused', 'value too long for type character varying(40)' from pipeline`,
      [
        link,
        JSON.stringify([{ record: link, a: 'A-1', b: 'B-1', unit: 'email', before: 'a@x.com', after: null }]),
      ],
    );
    await service.app.get(QueueJob).look();
    await addPerson(pools, {
      email: 'bea@example.org',
      name: 'Bea Second',
      grants: [{ role: 'steward', pipeline: '*' }],
    });
    const bea = await signIn(service.url, 'bea@example.org');
    const call = (method: string, path: string, body: object, headers: Record<string, string>) =>
      fetch(`${service.url}/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const { rows } = await pools.general.query<{ id: string }>(
      `select 'cf_' || id as id from conflict where link_id = $1 and unit = 'amount'`,
      [link],
    );
    const amount = `/conflicts/${rows[0]!.id}`;
    const shown = await fetch(`${service.url}/api/v1${amount}`, { headers: bea.headers });
    const { work } = (await shown.json()) as { readonly work: { readonly etag: string } };
    const asked = await call(
      'POST',
      `${amount}/second-opinion`,
      { of: service.tester.id, question: 'Is 6 right?' },
      { ...bea.headers, 'if-match': work.etag },
    );
    expect(asked.status).toBe(200);
    const kept = {
      name: 'spare',
      connector: 'postgres',
      host: '127.0.0.1',
      port: 1,
      database: 'd',
      account: 'a',
    };
    expect((await call('POST', '/connections', kept, service.tester.headers)).status).toBe(201);
  }

  const addressOf = (path: string): string =>
    service.url + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => places[name] ?? '');

  const go = async (path: string): Promise<void> => {
    await page.setViewportSize({ width: 1280, height: 800 });
    // Left first: an address that differs in its hash alone loads nothing.
    await page.goto('about:blank');
    await page.goto(addressOf(path));
  };

  /** What axe finds in each of the looks, and where something is wider than the screen. */
  const faults = async (name: string, all: readonly Look[]): Promise<readonly string[]> => {
    const found: string[] = [];
    await page.evaluate(axe.source);
    for (const look of all) {
      if (look.width !== page.viewportSize()?.width)
        await page.setViewportSize({ width: look.width, height: 800 });
      await page.evaluate(putOn(look));
      // Colours and what floats get to where they belong.
      await page.waitForTimeout(SETTLED_MS);
      await page.evaluate(
        'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
      );
      found.push(...(await page.evaluate<readonly string[]>(looked(look))));
      await picture(page, `${name.replaceAll(/\W+/g, '-')}-${look.look}`);
    }
    return found;
  };

  it.each(screenStates.map((state): readonly [string, ScreenState] => [state.name, state]))(
    'is accessible, light, dark, in high contrast and narrow: %s',
    async (name, { path, sign, reach }) => {
      await go(path);
      await reach?.(page);
      await sign(page)
        .waitFor()
        .catch(async (error: unknown) => {
          await picture(page, `missed-${name}`);
          throw error;
        });
      expect(await faults(name, looks)).toEqual([]);
    },
  );

  it.each(loadingPlaces)('is accessible while it loads and where it cannot: %s', async (path) => {
    const few = looks.filter(({ look }) => look === 'light' || look === 'narrow');
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const within = (url: URL): boolean =>
      url.pathname.startsWith('/api/v1/') && !/\/(session|events)$/.test(url.pathname);
    await page.route(within, async (route) => {
      await answered;
      await route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          title: 'The database cannot be reached',
          status: 500,
          detail: 'connection refused',
        }),
      });
    });
    try {
      await go(path);
      await page.getByRole('status', { name: 'Loading' }).first().waitFor();
      expect(await faults(`loading ${path}`, few)).toEqual([]);
      answer();
      await page.getByRole('alert').first().waitFor();
      expect(await faults(`failed ${path}`, few)).toEqual([]);
    } finally {
      answer();
      await page.unrouteAll({ behavior: 'wait' });
    }
  });
});
