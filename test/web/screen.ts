import { mkdir } from 'node:fs/promises';
import { expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { SignedIn } from '../support/tester.js';
import { axeFaults } from './axe.js';

export interface ScreenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** Whoever is signed in there. */
  readonly as?: SignedIn;
  /** Where they are signed in, if not at the address that is opened. */
  readonly origin?: string;
}

/** A page of its own storage. Faults of the page's script fail the test that closes it. */
export async function openScreen(
  browser: Browser,
  url: string,
  { width = 1280, height = 800, scheme = 'light', as, origin = url }: ScreenOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  if (as !== undefined) {
    const [name = '', value = ''] = as.headers.cookie.split('=');
    await context.addCookies([
      { name, value, url: new URL(origin).origin, httpOnly: true, sameSite: 'Strict' },
    ]);
  }
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('close', () => {
    if (faults.length > 0) throw new Error(`The page failed: ${faults.join('; ')}`);
  });
  await page.goto(url);
  return page;
}

/** Axe finds nothing, and nothing is wider than the screen. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await axeFaults(page)).toEqual([]);
}

/** The card of this record and field is shown, and the time in which keys are not taken for it has passed. */
export async function cardOf(page: Page, record: number, unit: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: new RegExp(`^Record ${record} .*${unit}$`) }).waitFor();
  await page.waitForTimeout(450);
}

/** A key that shows another card, and one that the card takes, in the same moment: between the two, time stands still. */
export async function pressAsCardAppears(page: Page, shows: string, taken: string): Promise<void> {
  await page.evaluate(`(async () => {
    const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    const [now, before] = [performance.now(), document.activeElement];
    performance.now = () => now;
    press(${JSON.stringify(shows)});
    while (document.activeElement === before || !document.activeElement.matches('.card-heading'))
      await new Promise((done) => setTimeout(done));
    press(${JSON.stringify(taken)});
    delete performance.now;
  })()`);
}

/** All of the page, to be looked at by people: ACCORD_TEST_PICTURES names a folder; without it nothing is done. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.ACCORD_TEST_PICTURES;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  const { width = 0 } = page.viewportSize() ?? {};
  await page.screenshot({ path: `${folder}/${name}-${String(width)}.png`, fullPage: true });
}
