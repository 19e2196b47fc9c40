import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { newMasterKey } from '../support/connected-service.js';
import { axeFaults } from './axe.js';
import { openScreen, picture } from './screen.js';
import { loadingPlaces, screenStates, type ScreenState } from './states.js';
import { makeTrouble, type Troubled } from './trouble.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(120_000);

interface Look {
  readonly look: string;
  readonly scheme: 'light' | 'dark';
  readonly contrast: boolean;
  readonly width: number;
  /** Axe's rules that this look can break; without: all. */
  readonly rules?: readonly string[];
}

const WIDE = 1280;
const colours = ['color-contrast'];
const light: Look = { look: 'light', scheme: 'light', contrast: false, width: WIDE };
const narrow: Look = { look: 'narrow', scheme: 'dark', contrast: false, width: 320 };
const looks: readonly Look[] = [
  light,
  { look: 'light-high', scheme: 'light', contrast: true, width: WIDE, rules: colours },
  { look: 'dark-high', scheme: 'dark', contrast: true, width: WIDE, rules: colours },
  { look: 'dark', scheme: 'dark', contrast: false, width: WIDE, rules: colours },
  narrow,
];

/** Runs in the page: puts the look on, as the switches of the screen do. How many elements do not have it at once, but move to it. */
const putOn = ({ scheme, contrast }: Look): string => `(() => {
  const root = document.documentElement;
  root.setAttribute('data-mantine-color-scheme', '${scheme}');
  root.toggleAttribute('data-contrast', false);
  if (${String(contrast)}) root.setAttribute('data-contrast', 'more');
  return document.getAnimations().filter((one) => one instanceof CSSTransition).length;
})()`;

/** Runs in the page: until everything has stayed where it is, and as visible as it is, for some frames. */
const steady = `(async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(done));
  const places = () => [...document.body.querySelectorAll('*')].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return [x, y, width, height, one.style.opacity].join(' ');
  }).join();
  for (let before = null, same = 0; same < 3; await drawn()) {
    const now = places();
    same = now === before ? same + 1 : 0;
    before = now;
  }
})()`;

describe('every state of the screen', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  let troubled: Troubled;

  beforeAll(async () => {
    service = await startUiService({
      spec: {
        review: { sla: { normal: '2d', businessHours: 'Mon-Fri 09:00-18:00 Europe/Berlin' } },
        fields: { name: {}, email: {}, tags: {}, amount: {}, notes: { pii: true } },
      },
      variables: { ACCORD_MASTER_KEY: newMasterKey() },
    });
    browser = await launchChromium();
    troubled = await makeTrouble(service);
    page = await openScreen(browser, service.url, { as: service.tester });
  }, 90_000);
  afterAll(async () => {
    await page.context().close();
    await browser.close();
    await service.close();
  });

  const addressOf = (path: string): string =>
    service.url + path.replaceAll(/\{(record|deleted)\}/g, (_, name: keyof Troubled) => troubled[name]);

  /** Loads the page anew: nothing of what was there before is left. */
  const load = async (path: string): Promise<void> => {
    await page.setViewportSize({ width: WIDE, height: 800 });
    // Left first: an address that differs in its hash alone loads nothing.
    await page.goto('about:blank');
    await page.goto(addressOf(path));
  };

  /** Goes there as a link does, by way of a page that has nothing; or loads it, where something of the shell lies over all pages. */
  const go = async (path: string): Promise<void> => {
    if (page.url() === 'about:blank') return load(path);
    await page.setViewportSize({ width: WIDE, height: 800 });
    const follow = async (address: string): Promise<void> => {
      await page.evaluate(
        `history.pushState(null, '', ${JSON.stringify(address)}); dispatchEvent(new PopStateEvent('popstate'))`,
      );
    };
    await follow(addressOf('/nothing'));
    await page.getByText('There is nothing at this address.').waitFor();
    await page.evaluate(putOn(light));
    if ((await page.getByRole('dialog').count()) > 0) return load(path);
    return follow(addressOf(path));
  };

  /** What axe finds in each of the looks, and where something is wider than the screen. */
  const faults = async (
    name: string,
    all: readonly Look[],
    but: readonly string[] = [],
  ): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const look of all) {
      const { rules, width } = look;
      if (page.viewportSize()?.width !== width) await page.setViewportSize({ width, height: 800 });
      const moving = await page.evaluate<number>(putOn(look));
      if (moving > 0) found.push(`${look.look}: colours of ${String(moving)} elements change bit by bit`);
      // Colours are there at once.
      if (rules === undefined) await page.evaluate(steady);
      // Behind a dialog nothing is read.
      const within = look === light ? 'html' : '[role=dialog]';
      for (const fault of await axeFaults(page, { within, but, ...(rules && { rules }) }))
        found.push(`${look.look}: ${fault}`);
      await picture(page, `${name.replaceAll(/\W+/g, '-')}-${look.look}`);
    }
    return found;
  };

  it.each(screenStates.map((state): readonly [string, ScreenState] => [state.name, state]))(
    'is accessible, light, dark, in high contrast and narrow: %s',
    async (name, { path, sign, reach, but }) => {
      await go(path);
      await reach?.(page);
      await sign(page)
        .waitFor()
        .catch(async (error: unknown) => {
          await picture(page, `missed-${name}`);
          throw error;
        });
      expect(await faults(name, looks, but)).toEqual([]);
    },
  );

  it.each(loadingPlaces)('is accessible while it loads and where it cannot: %s', async (path) => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const within = (url: URL): boolean =>
      url.pathname.startsWith('/api/v1/') && !/\/(session|events)$/.test(url.pathname);
    await page.route(within, async (route) => {
      await answered;
      await route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          title: 'The database cannot be reached',
          status: 500,
          detail: 'connection refused',
        }),
      });
    });
    try {
      await load(path);
      await page.getByRole('status', { name: 'Loading' }).first().waitFor();
      expect(await faults(`loading ${path}`, [light])).toEqual([]);
      answer();
      await page.getByRole('alert').first().waitFor();
      expect(await faults(`failed ${path}`, [light, narrow])).toEqual([]);
    } finally {
      answer();
      await page.unrouteAll({ behavior: 'wait' });
    }
  });
});
