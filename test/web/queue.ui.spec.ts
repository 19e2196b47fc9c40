import 'reflect-metadata';
import { mkdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { cardOf, expectAccessible, openScreen, type ScreenOptions } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(60_000);

describe('the queue', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  const links: number[] = [];

  beforeAll(async () => {
    service = await startUiService();
    browser = await launchChromium();
    for (const name of ['ann', 'bob', 'eve', 'kim']) {
      const link = await service.records.agreed(
        { a: `A-${name}`, b: `B-${name}` },
        { email: `${name}@x.com`, tags: ['old'] },
      );
      await service.records.edit(
        link,
        { unit: 'email', side: 'A', value: `${name}@y.com` },
        { unit: 'email', side: 'B', value: `${name}@z.com` },
      );
      links.push(link);
    }
    await service.pools.general.query(
      `insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample)
       select gen_random_uuid(), id, 'A', 'blanking', 'email', 900, 500, 4000, 900000, '[]' from pipeline`,
    );
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });
  afterEach(() => page.context().close());

  const open = async (path = '/conflicts', options: ScreenOptions = {}): Promise<void> => {
    page = await openScreen(browser, service.url + path, { as: service.tester, ...options });
    await page.getByRole('gridcell').first().waitFor();
  };
  /** Looked at by people: ACCORD_TEST_PICTURES names a folder. */
  const picture = async (name: string): Promise<void> => {
    const folder = process.env.ACCORD_TEST_PICTURES;
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}.png` });
  };
  const openCard = async (n: number): Promise<void> => {
    await page
      .getByRole('gridcell', { name: new RegExp(`Record ${String(links[n])}\\b`) })
      .first()
      .click();
    await cardOf(page, links[n]!, 'email');
  };
  const card = () => page.getByRole('article');

  it('is worked on by keys: claimed, spoken about, put off, found again and woken', async () => {
    await open();
    await openCard(0);
    await page.keyboard.press('c');
    await card().getByText('Ann Tester is at work on it').waitFor();
    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog', { name: 'Note' });
    await dialog.getByLabel('Text').fill('They have called about it');
    await picture('queue-note');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await card().getByText('They have called about it').waitFor();
    await page.keyboard.press('s');
    const snoozing = page.getByRole('dialog', { name: 'Snooze' });
    await snoozing.getByLabel('tomorrow morning').check();
    await snoozing.getByRole('button', { name: 'Save' }).click();
    await card()
      .getByText(/snoozed until/)
      .first()
      .waitFor();
    await picture('queue-snoozed');
    await page.getByRole('button', { name: 'Snoozed' }).click();
    await page.waitForURL('**tab=snoozed**');
    await card().getByRole('button', { name: 'Wake' }).click();
    await card()
      .getByRole('button', { name: /^Snooze/ })
      .waitFor();
    expect(
      (
        await service.pools.general.query(
          `select count(*)::int as n from review_note where kind in ('comment', 'snoozed', 'woken')`,
        )
      ).rows,
    ).toEqual([{ n: 3 }]);
  });

  it('is assigned, and found by whom it is assigned to and by words', async () => {
    await open();
    await openCard(1);
    await page.keyboard.press('a');
    const dialog = page.getByRole('dialog', { name: 'Assign' });
    await dialog.getByLabel('Who').click();
    await page.getByRole('option', { name: 'Ann Tester' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await card().getByText('Assigned to Ann Tester').waitFor();
    await page.getByRole('button', { name: /^Mine/ }).click();
    await page.waitForURL('**tab=mine**');
    await page.getByRole('gridcell').nth(1).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Open/ }).click();
    const filter = page.getByRole('textbox', { name: 'Filter' });
    await filter.pressSequentially('kind:guard ');
    await page.waitForURL('**filter=kind%3Aguard**');
    expect(await filter.inputValue()).toBe('kind:guard ');
    await page.getByRole('gridcell').first().click();
    await card()
      .getByRole('link', { name: /pipeline/i })
      .waitFor();
    await picture('queue-guard');
    await expectAccessible(page);
  });

  it.each([{}, { width: 320, height: 700, scheme: 'dark' }] as readonly ScreenOptions[])(
    'is played: %o',
    async (options) => {
      await open('/conflicts?filter=kind%3Avalue', options);
      await expectAccessible(page);
      await picture(`queue-${String(options.width ?? 'wide')}`);
      const before = (await service.pools.general.query('select id from decision')).rowCount ?? 0;
      await page.keyboard.press('p');
      await card().waitFor();
      await card().getByText('Ann Tester is at work on it').waitFor();
      const first = page.url();
      await page.waitForTimeout(450);
      await page.keyboard.press('2');
      await page.waitForURL((url) => url.href !== first);
      await card().getByText('Ann Tester is at work on it').waitFor();
      const after = (await service.pools.general.query('select id from decision')).rowCount ?? 0;
      expect(after).toBe(before + 1);
      await picture(`queue-play-${String(options.width ?? 'wide')}`);
    },
  );
});
