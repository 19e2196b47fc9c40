import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { cardAfter, drawnAfter, keyTimes, withScreen } from './browser.js';
import { figureOf, type Figure } from './measure.js';
import type { RunningService } from './service.js';

const FIRST_MS = 1_000;
const KEY_MS = 50;
/** No key is taken for a card that has just appeared; a little more, so that none is lost to it. */
const GUARD_MS = 180;
const LOADS = 12;

/** What a steward waits for in the browser, on the full queue. The cache is warm: the first of the loads is not counted. */
export async function measureScreen(service: RunningService, requests: number): Promise<readonly Figure[]> {
  return withScreen(service, async (page) => {
    const figures: Figure[] = [];
    const card = await firstCard(page, service.origin);
    for (const [what, path, drawn] of [
      ['first conflict in the list', '/conflicts', 'row'],
      ['first conflict on its card', card, 'card'],
    ] as const) {
      const times: number[] = [];
      for (let n = 0; n <= LOADS; n += 1) {
        await page.goto(service.origin + path);
        const ms = await drawnAfter(page, drawn);
        if (n > 0) times.push(ms);
      }
      figures.push(figureOf(`screen: ${what}`, times, FIRST_MS));
    }
    await page.goto(`${service.origin}/conflicts`);
    await drawnAfter(page, 'row');
    // The list's neighbours are fetched while the first card is looked at.
    await press(page, 'j', 1_000);
    figures.push(...(await keyed(page, 'screen: j', ['j'], requests)));
    await press(page, 'p', 1_500);
    figures.push(...(await keyed(page, 'screen: decided in play', ['1', '2', '3'], requests)));
    return figures;
  });
}

async function firstCard(page: Page, origin: string): Promise<string> {
  await page.goto(`${origin}/conflicts`);
  await drawnAfter(page, 'row');
  await page.keyboard.press('j');
  await page.waitForURL('**/conflicts/*');
  return new URL(page.url()).pathname;
}

/** The same keys one after the other, each once the card before was there. */
async function keyed(
  page: Page,
  what: string,
  keys: readonly string[],
  requests: number,
): Promise<readonly Figure[]> {
  await keyTimes(page);
  for (let n = 0; n < requests; n += 1) {
    const before = await shownCard(page);
    await page.keyboard.press(keys[n % keys.length] ?? 'j');
    await cardAfter(page, before);
    await sleep(GUARD_MS);
  }
  const { effects, cards } = await keyTimes(page);
  if (cards.length < requests)
    throw new Error(`${what}: ${String(cards.length)} cards came after ${String(requests)} keys`);
  return [
    figureOf(`${what}: key to visible effect`, effects, KEY_MS),
    figureOf(`${what}: next card`, cards, KEY_MS),
  ];
}

async function press(page: Page, key: string, settleMs: number): Promise<void> {
  await page.keyboard.press(key);
  await cardAfter(page, null);
  await sleep(settleMs);
}

async function shownCard(page: Page): Promise<string | null> {
  return page.evaluate<string | null>('window.accordBench.card()');
}
