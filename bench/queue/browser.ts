import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { keyWatch } from './key-watch.js';
import type { RunningService } from './service.js';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is: what ACCORD_TEST_CHROMIUM names, or the system's. */
export function chromiumPath(): string | undefined {
  return process.env.ACCORD_TEST_CHROMIUM ?? PLACES.find((file) => existsSync(file));
}

/** A headless Chromium in which the steward of the service is signed in, and which takes the time of keys and of what they show. */
export async function withScreen<T>(
  { origin, headers }: RunningService,
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('no Chromium: set ACCORD_TEST_CHROMIUM');
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    await context.addCookies(
      (headers.cookie ?? '').split('; ').map((pair) => {
        const at = pair.indexOf('=');
        return { name: pair.slice(0, at), value: pair.slice(at + 1), url: origin, httpOnly: true };
      }),
    );
    await context.addInitScript(keyWatch);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    return await work(page);
  } finally {
    await browser.close();
  }
}

/** What the page itself took of keys, in ms from the event of the key to the frame that shows it. */
export interface KeyTimes {
  /** Until anything of the screen was different. */
  readonly effects: readonly number[];
  /** Until another card, with its values, was there. */
  readonly cards: readonly number[];
}

export async function keyTimes(page: Page): Promise<KeyTimes> {
  return page.evaluate<KeyTimes>('window.accordBench.take()');
}

/** ms from the beginning of a page's loading until this was drawn. */
export async function drawnAfter(page: Page, what: 'row' | 'card'): Promise<number> {
  return page.evaluate<number>(`window.accordBench.whenDrawn(${JSON.stringify(what)})`);
}

/** Until a card is there, and another than this one. */
export async function cardAfter(page: Page, before: string | null): Promise<void> {
  await page.evaluate(`window.accordBench.whenCard(${JSON.stringify(before)})`);
}
