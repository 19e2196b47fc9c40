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
    service = await startUiService({ spec: { fields: { email: {}, notes: { pii: true } } } });
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

  const open = async (options: ScreenOptions = {}, link = disputed): Promise<void> => {
    page = await openScreen(browser, `${service.url}/records/rec_${String(link)}`, {
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

  it('shows personal data where a part of the page does not answer, and then looks only at what happens to the record', async () => {
    const link = await service.records.agreed({ a: 'A-2', b: 'B-2' }, { email: 'b@x.com' });
    await service.records.edit(
      link,
      { unit: 'notes', side: 'A', value: 'has the flu' },
      { unit: 'notes', side: 'B', value: 'had the flu' },
    );
    const answered = (part: string) => page.waitForResponse((response) => response.url().includes(part));
    const announce = (of: number) =>
      service.pools.general.query(
        `select pg_notify('accord_events', json_build_object('type', 'conflict', 'id', 'cf_' || id)::text) from conflict where link_id = $1`,
        [of],
      );
    const noted = async () =>
      (await service.pools.general.query(`select from audit where action = 'personal-data.shown'`))
        .rowCount ?? 0;

    await open({}, link);
    const lineage = '**/lineage?*reveal=personal*';
    await page.route(lineage, (route) => route.fulfill({ status: 500, body: '{}' }));
    await page.getByRole('button', { name: 'Show personal data' }).click();
    await page.locator('.field-table').getByText('had the flu').first().waitFor();
    await page.getByRole('alert').waitFor();
    await page.unroute(lineage);
    const again = answered('/lineage?');
    await page.getByRole('alert').getByRole('button', { name: 'Retry' }).click();
    expect((await again).url()).toContain('reveal=personal');
    await page.getByRole('alert').waitFor({ state: 'detached' });

    const before = await noted();
    const counted = answered('/facets');
    await announce(disputed);
    await counted;
    // What is gathered for a second has been looked through by then.
    await page.waitForTimeout(1_500);
    expect(await noted()).toBe(before);
    const looked = answered('reveal=personal');
    await announce(link);
    expect((await looked).url()).toContain(`/records/rec_${String(link)}?`);
    expect(await noted()).toBe(before + 1);
  });
});
