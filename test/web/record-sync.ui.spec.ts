import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { addPerson, signIn } from '../support/tester.js';
import { expectAccessible, openScreen, picture, type ScreenOptions } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(120_000);

const looks: readonly ScreenOptions[] = [{}, { width: 320, height: 700, scheme: 'dark' }];

describe('the panel that says why a record is not in sync', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  let disputed: number;

  beforeAll(async () => {
    service = await startUiService();
    browser = await launchChromium();
    disputed = await service.records.agreed({ a: 'A-1', b: 'B-1' }, { email: 'a@x.com' });
    await service.records.edit(
      disputed,
      { unit: 'email', side: 'A', value: 'a@y.com' },
      { unit: 'email', side: 'B', value: 'a@z.com' },
    );
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });
  afterEach(() => page.context().close());

  const open = async (options: ScreenOptions = {}): Promise<void> => {
    page = await openScreen(browser, `${service.url}/records/rec_${String(disputed)}`, {
      as: service.tester,
      ...options,
    });
    await page.getByRole('heading', { name: 'Sync', exact: true }).waitFor();
  };

  it.each(looks)(
    'names what stops it, excludes it by keyboard with a reason, and includes it again: %o',
    async (options) => {
      await open(options);
      await page.getByText('A person has to decide.').waitFor();
      await expectAccessible(page);
      await picture(page, 'record-why');
      await page.getByRole('button', { name: 'Exclude' }).focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Exclude this record?' });
      await dialog.getByLabel('Why').focus();
      await page.keyboard.type('being cleaned up');
      await expectAccessible(page);
      await picture(page, 'record-exclude');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('Ann Tester keeps it out of sync: being cleaned up').waitFor();
      await expectAccessible(page);
      await picture(page, 'record-excluded');
      await page.getByRole('button', { name: 'Include again' }).click();
      await page.getByRole('button', { name: 'Exclude' }).waitFor();
      await page.getByText('It is being read again on both sides.').waitFor();
      // No engine runs here: what it would do at once is done by hand, so that the next look finds the record as it was.
      await service.pools.general.query(
        `update link set excluded = null; update verification set state = 'finished', found = '{"unknown": 2}', finished_at = now()`,
      );
      await service.pools.general.query('delete from push_due');
      await page.reload();
      await page.getByText('2 differences were taken in', { exact: false }).waitFor();
      await page.getByRole('button', { name: 'Read again on both sides' }).click();
      await page.getByText('It is being read again on both sides.').waitFor();
      await service.pools.general.query('delete from verification; delete from push_due');
    },
  );

  it('says what reading again and excluding need', async () => {
    await addPerson(service.pools, {
      email: 'vera@example.org',
      name: 'Vera',
      grants: [{ role: 'viewer', pipeline: '*' }],
    });
    await open({ as: await signIn(service.url, 'vera@example.org') });
    await page.getByText('Reading a record again needs the role engineer or admin.').waitFor();
    await page.getByText('Excluding and including needs the role steward or engineer.').waitFor();
    expect(await page.getByRole('button', { name: 'Exclude' }).count()).toBe(0);
    await expectAccessible(page);
  });
});
