import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { CountsCache } from '../../src/ops/counts-cache.js';
import { launchChromium } from '../support/chromium.js';
import { expectAccessible, openScreen, type ScreenOptions } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(180_000);

/** Counts are kept for twenty times as long as counting took: on a busy machine that is a while. Milliseconds. */
const countsAreFresh = { timeout: 60_000 };

describe('the other screens', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  let link: number;

  beforeAll(async () => {
    service = await startUiService();
    browser = await launchChromium();
    link = await service.records.agreed(
      { a: 'A-1', b: 'B-1' },
      { name: 'Nokia', email: 'a@x.com', tags: ['vip'] },
    );
    await service.records.edit(
      link,
      { unit: 'email', side: 'A', value: 'a@y.com', by: { kind: 'person', name: 'Dana Fox' } },
      { unit: 'email', side: 'B', value: 'a@z.com' },
    );
    await service.pools.general.query(
      `insert into blocked_unit (link_id, unit, side, pipeline_id, code, detail)
       select $1, 'name', 'B', id, 'value-refused', 'value too long for type character varying(40)' from pipeline`,
      [link],
    );
    await service.pools.general.query(
      `insert into lag_minute select id, date_trunc('minute', now()) - interval '2 hours', 'A', 75 from pipeline`,
    );
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });
  afterEach(() => page.context().close());

  const open = async (path: string, options?: ScreenOptions) => {
    page = await openScreen(browser, service.url + path, { as: service.tester, ...options });
  };

  it('has a palette of everything that can be done, which searches, and never decides', async () => {
    await open('/conflicts');
    await page.getByRole('gridcell').first().waitFor(countsAreFresh);
    await page.keyboard.press('j');
    await page.getByRole('article').waitFor();
    await page.keyboard.press('Control+k');
    const search = page.getByRole('dialog').getByRole('combobox');
    await search.fill('take the first');
    await expectAccessible(page);
    await page.getByRole('option', { name: /^Take the first system/, selected: true }).waitFor();
    await search.press('Enter');
    await page.getByText('Enter never decides. Press 1 on the card.').waitFor();
    expect((await service.pools.general.query('select from decision')).rows).toEqual([]);
    await page.keyboard.press('Control+k');
    await search.fill('dead');
    await page.getByRole('option', { name: /^Dead letters/, selected: true }).waitFor();
    await search.press('Enter');
    await page.waitForURL('**/dead-letters');
  });

  it('says that it was upgraded where the files of a page are gone, and goes on after a reload', async () => {
    await open('/');
    await page.getByRole('link', { name: 'Records' }).waitFor();
    const gone = '**/assets/records-page*';
    await page.context().route(gone, (route) => route.fulfill({ status: 404, body: 'gone' }));
    await page.getByRole('link', { name: 'Records' }).click();
    await page.getByText('Accord was upgraded while this page was open').waitFor();
    await expectAccessible(page);
    await page.context().unroute(gone);
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('heading', { name: 'Records' }).waitFor();
  });

  it('is not an empty page where the program itself cannot be loaded', async () => {
    await open('/sign-in', { as: service.tester });
    await page
      .context()
      .route('**/assets/index-*.js', (route) => route.fulfill({ status: 404, body: 'gone' }));
    await page.reload();
    await page.getByRole('alert').getByText('could not be loaded').waitFor();
    await page.getByRole('button', { name: 'Reload' }).waitFor();
  });

  it('proves the chain of the activity, filters it, and takes what was found along as a file', async () => {
    await open('/activity');
    await page.getByText('Nobody has proved yet that nothing was changed or removed.').waitFor();
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('Whole: no entry was changed, removed or inserted.').waitFor();
    await page.reload();
    await page.getByText('Whole: no entry was changed, removed or inserted.').waitFor();
    const row = page.getByRole('listitem').filter({ hasText: 'made a token' });
    await row.getByRole('button', { name: /^Details: Ann Tester made a token/ }).click();
    await row.getByText(/^Entry \d+/).waitFor();
    await expectAccessible(page);
    await row.getByRole('button', { name: 'Ann Tester', exact: true }).click();
    await page.getByRole('button', { name: 'Only what Ann Tester did' }).waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'For a spreadsheet (CSV)' }).click(),
    ]);
    const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
    expect(lines[0]).toBe(
      'seq,at,actorKind,actorId,actorName,action,object,pipeline,detail,address,requestId',
    );
    expect(lines.some((line) => line.includes(',Ann Tester,token.created,'))).toBe(true);
  });

  it('is easy to read in high contrast, and stays so', async () => {
    await open('/conflicts');
    await page.getByRole('button', { name: 'High contrast' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'High contrast', pressed: true }).waitFor();
    await page.getByRole('gridcell').first().waitFor(countsAreFresh);
    await page.keyboard.press('j');
    await page.getByRole('article').waitFor();
    await expectAccessible(page);
  });

  it('pauses a pipeline only with a reason, shows who and why, and resumes it', async () => {
    await open('/pipelines/companies');
    await page.getByRole('button', { name: 'Pause' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByText('Say why: the next person will ask.').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('moving house');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/Paused by .*: moving house/).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText(/Paused by .*: moving house/).waitFor({ state: 'hidden' });
  });

  it('keeps the last good data, greyed, under what went wrong, and recovers by Retry', async () => {
    await open('/pipelines/companies');
    await page.getByRole('heading', { name: 'Both sides' }).waitFor();
    await page.context().route('**/api/v1/pipelines/companies', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        headers: { 'x-request-id': 'trace-42' },
        body: JSON.stringify({
          title: 'The database cannot be reached',
          status: 503,
          detail: 'connection refused',
        }),
      }),
    );
    const alert = page.getByRole('alert');
    await alert.getByText('The database cannot be reached').waitFor();
    expect(await alert.innerText()).toContain('trace-42');
    expect(await page.locator('.greyed').getByRole('heading', { name: 'Both sides' }).count()).toBe(1);
    await expectAccessible(page);
    await page.context().unroute('**/api/v1/pipelines/companies');
    await alert.getByRole('button', { name: 'Retry' }).click();
    await alert.waitFor({ state: 'hidden' });
  });

  it('shows what a guard holds, and carries out the answer to it', async () => {
    await service.pools.general.query(
      `insert into guard_trip (id, pipeline_id, side, kind, subject, count, most, linked, window_ms, sample)
       select gen_random_uuid(), id, 'A', 'blanking', 'email', 1200, 100, 4000, 3600000, $1 from pipeline`,
      [JSON.stringify([{ record: link, a: 'A-1', b: 'B-1', unit: 'email', before: 'a@x.com', after: null }])],
    );
    // Counts are kept for a while; after this they are counted again.
    service.app.get(CountsCache, { strict: false }).forget();
    await open('/pipelines/companies', { width: 320, height: 900, scheme: 'dark' });
    await page.getByText('email was wiped in 1,200 records of CRM (100 pass)').waitFor(countsAreFresh);
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByRole('listitem').getByText('a@x.com').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Take back in CRM' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('CRM gets back what Support still has.').waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('Why (kept in the audit log)').fill('a lost WHERE');
    await dialog.getByRole('button', { name: 'Take back in CRM' }).click();
    await page.getByText('It is being carried out.').waitFor();
    const { rows } = await service.pools.general.query('select state, closed_by, note from guard_trip');
    expect(rows).toEqual([{ state: 'discarded', closed_by: 'Ann Tester', note: 'a lost WHERE' }]);
  });

  it('shows when a pipeline was verified, what differed and why, and asks for another', async () => {
    const { general } = service.pools;
    const { rows: made } = await general.query<{ id: number }>(
      `insert into verification (pipeline_id, state, revision, started_at, finished_at, done, total, found, certificate, hash)
       select id, 'finished', 1, now() - interval '3 hours', now() - interval '3 hours', 1, 1,
              '{"conflict": 0, "blocked": 0, "in-flight": 0, "policy": 0, "unknown": 1}', '{}', repeat('ab', 32) from pipeline returning id`,
    );
    await general.query(
      `insert into verification_difference (verification_id, kind, reason, link_id, side, ext_id, unit, held, seen, detail, mark)
       values ($1, 'value', 'unknown', $2, 'A', 'A-1', 'name', '"Nokia"', '"Nokia Oyj"', 'CRM has another value than was last seen there', '')`,
      [made[0]?.id, link],
    );
    await open('/pipelines/companies');
    await page.getByText('Verified 3 h ago, 1 unexplained difference').waitFor();
    await page.getByRole('button', { name: 'Show 1 difference' }).click();
    await page.getByText('Nokia Oyj').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Repair by the policies' }).click();
    await page.getByText('Verifying …').waitFor();
    const { rows } = await general.query(
      `select state, asked_by, repair from verification where state = 'asked'`,
    );
    expect(rows).toEqual([{ state: 'asked', asked_by: 'Ann Tester', repair: true }]);
    expect(await page.getByRole('button', { name: 'Verify now' }).isDisabled()).toBe(true);
  });

  it('says in words what an address that leads nowhere is', async () => {
    await open('/records/rec_999999');
    await page.getByRole('alert').waitFor();
    await page.goto(`${service.url}/nothing/here`);
    await page.getByText('There is nothing at this address.').waitFor();
    await expectAccessible(page);
  });

  it('shows a record as it was', async () => {
    await open(`/records/rec_${link}?asOf=${encodeURIComponent(new Date().toISOString())}`);
    await page.getByText(/Shown as Accord knew it at/).waitFor();
    await page.getByRole('button', { name: 'Now' }).click();
    await page.getByText(/Shown as Accord knew it at/).waitFor({ state: 'hidden' });
  });

  it('loads less than 250 kB of script, compressed', async () => {
    const { gzipSync } = await import('node:zlib');
    await open('/');
    const scripts = await page.evaluate<string[]>(
      `[...document.querySelectorAll('script[src], link[rel=modulepreload]')].map((one) => one.src || one.href)`,
    );
    let bytes = 0;
    for (const src of scripts) bytes += gzipSync(await (await fetch(src)).text()).length;
    expect(scripts.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThan(250_000);
  });

  it('tries a dead letter again', async () => {
    await open('/dead-letters');
    await page.getByRole('button', { name: 'Retry it' }).click();
    await page.getByText('1 value is sent again now.').waitFor();
    expect((await service.pools.general.query('select from blocked_unit')).rows).toEqual([]);
  });
});
