import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ANSWER_LINK } from '../../src/common/answer-link.js';
import { uuidv7 } from '../../src/common/ids.js';
import { Signer } from '../../src/database/signer.js';
import { addAnswerLinks } from '../../src/database/sql/notify/answer-links.js';
import { run } from '../../src/database/sql/statement.js';
import { UNSUBSCRIBE } from '../../src/notify/mail-writer.js';
import { launchChromium } from '../support/chromium.js';
import { testerPassword } from '../support/tester.js';
import { expectAccessible, openScreen, picture, type ScreenOptions } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(120_000);

const narrow: ScreenOptions = { width: 320, height: 700, scheme: 'dark' };

describe('what mails lead to', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  let n = 0;

  beforeAll(async () => {
    service = await startUiService();
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });
  afterEach(() => page.context().close());

  const open = async (path: string, options: ScreenOptions = {}) => {
    page = await openScreen(browser, service.url + path, options);
  };
  const decisions = async () => (await service.pools.general.query('select from decision')).rowCount;

  /** A conflict, and the address of the link in a mail about it that takes A's value. */
  async function mailed(): Promise<{ readonly link: number; readonly address: string }> {
    n += 1;
    const link = await service.records.agreed(
      { a: `A-${n}`, b: `B-${n}` },
      { name: 'Nokia', email: 'a@x.com' },
    );
    await service.records.edit(
      link,
      { unit: 'email', side: 'A', value: 'a@y.com' },
      { unit: 'email', side: 'B', value: 'a@z.com' },
    );
    const { rows } = await service.pools.general.query<{ id: string; rev: number }>(
      'select id, rev from conflict where link_id = $1',
      [link],
    );
    const { id, rev } = rows[0]!;
    const row = uuidv7();
    const shown = [
      { key: 'a', label: 'CRM', value: 'a@y.com' },
      { key: 'b', label: 'Support', value: 'a@z.com' },
    ];
    const person = service.tester.id.slice(4);
    const stored = { id: row, person_id: person, conflict_id: id, conflict_rev: rev, shown };
    await run(service.pools.general, addAnswerLinks, [JSON.stringify([stored]), Date.now() + 3_600_000]);
    const token = await new Signer(service.pools).sign(ANSWER_LINK, `${row}|a`);
    return { link, address: `/conflicts/cf_${id}/answer#${token}` };
  }

  it('decides by a link only after signing in and pressing the button, and once', async () => {
    const { address } = await mailed();
    await open(address);
    await page.waitForURL('**/sign-in?returnTo=**');
    await page.getByLabel('E-mail address').fill('tester@example.org');
    await page.getByRole('textbox', { name: 'Password' }).fill(testerPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Take CRM?' }).waitFor();
    expect(page.url()).not.toContain('#');
    await page.getByText('a@z.com').waitFor();
    await expectAccessible(page);
    await picture(page, 'answer');
    expect(await decisions()).toBe(0);
    await page.getByRole('button', { name: 'Take CRM' }).click();
    await page.getByRole('heading', { name: 'Decided' }).waitFor();
    await expectAccessible(page);
    expect(await decisions()).toBe(1);
    await page.reload();
    await page.getByRole('heading', { name: 'This link was used already' }).waitFor();
    expect(await decisions()).toBe(1);
  });

  it('says what has changed since the mail, narrow and dark, and leads to the conflict', async () => {
    const { link, address } = await mailed();
    await service.records.edit(link, { unit: 'email', side: 'B', value: 'newer@z.com' });
    await open(address, { as: service.tester, ...narrow });
    await page.getByRole('heading', { name: 'It has changed since the mail was written' }).waitFor();
    await page.getByRole('region', { name: 'Support' }).getByText('In the mail').waitFor();
    await expectAccessible(page);
    await picture(page, 'answer-changed');
    expect(await page.getByRole('button', { name: 'Take CRM' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Open the conflict' }).click();
    await page.getByRole('heading', { level: 1, name: /email/ }).waitFor();
    await page.goto(`${service.url}${address.slice(0, -6)}AAAAAA`);
    await page.getByRole('heading', { name: 'This link leads nowhere' }).waitFor();
    await expectAccessible(page);
  });

  it.each([{}, narrow])('lets people choose what they are told: %o', async (options) => {
    await open('/settings/notifications', { as: service.tester, ...options });
    await page.getByText('to tester@example.org').waitFor();
    await page.getByText('This service sends no mails').waitFor();
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'New conflicts' }).click();
    await page.getByRole('option', { name: 'Never' }).click();
    await page.getByRole('switch', { name: 'Quiet hours' }).check({ force: true });
    await page.getByLabel('From').fill('21:30');
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Helsinki');
    await page.getByRole('option', { name: 'Europe/Helsinki' }).click();
    await expectAccessible(page);
    await picture(page, 'notifications');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.reload();
    await page.getByLabel('From').waitFor();
    expect(await page.getByLabel('From').inputValue()).toBe('21:30');
    const { rows } = await service.pools.general.query(
      'select modes, time_zone, quiet_from, quiet_to from notify_preference',
    );
    expect(rows).toEqual([
      { modes: { conflicts: 'off' }, time_zone: 'Europe/Helsinki', quiet_from: '21:30', quiet_to: '07:00' },
    ]);
    await service.pools.general.query('delete from notify_preference');
  });

  it('ends mails for somebody who is not signed in, after asking', async () => {
    const token = await new Signer(service.pools).sign(
      UNSUBSCRIBE,
      `${service.tester.id.slice(4)}|conflicts`,
    );
    await open(`/api/v1/unsubscribe/${token}`, narrow);
    await page.getByRole('heading', { name: 'No more mails: new conflicts?' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'unsubscribe');
    expect((await service.pools.general.query('select from notify_preference')).rowCount).toBe(0);
    await page.getByRole('button', { name: 'No more of these mails' }).click();
    await page.getByRole('heading', { name: 'You get no more of these mails.' }).waitFor();
    await expectAccessible(page);
    const { rows } = await service.pools.general.query('select modes from notify_preference');
    expect(rows).toEqual([{ modes: { conflicts: 'off' } }]);
  });
});
