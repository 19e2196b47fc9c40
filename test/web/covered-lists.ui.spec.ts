import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { expectAccessible, openScreen, picture } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(120_000);

describe('personal data in lists of a pipeline', () => {
  let service: UiService;
  let browser: Browser;
  let link: number;

  beforeAll(async () => {
    service = await startUiService({ spec: { fields: { notes: { pii: true } } } });
    browser = await launchChromium();
    link = await service.records.agreed({ a: 'A-1', b: 'B-1' }, { notes: 'is ill' });
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  it('covers what systems said of values until somebody asks, which is noted once for each list', async () => {
    const { general } = service.pools;
    const noted = async () =>
      (
        await general.query<{ object: string; shown: string }>(
          `select object, detail::jsonb->>'shown' as shown from audit
           where action = 'personal-data.shown' and detail::jsonb->>'shown' in ('dead-letters', 'load') order by seq`,
        )
      ).rows;
    await general.query(
      `insert into blocked_unit (link_id, unit, side, pipeline_id, code, detail)
       select $1, 'notes', 'B', id, 'value-refused', 'cannot store "is ill"' from pipeline`,
      [link],
    );
    const page = await openScreen(browser, `${service.url}/dead-letters`, { as: service.tester });
    await page.getByText(/what was said is covered/).waitFor();
    await picture(page, 'letters-covered');
    await page.getByRole('button', { name: 'Show personal data' }).click();
    await page.getByText('cannot store "is ill"').waitFor();
    expect(await page.getByRole('button', { name: 'Show personal data' }).count()).toBe(0);
    expect(await noted()).toEqual([{ object: 'companies', shown: 'dead-letters' }]);
    await general.query('delete from blocked_unit');

    const samples = [{ a: '7', b: '9', A: 'was ill', B: 'is well' }];
    const notes = { equal: 8, different: 1, onlyA: 0, onlyB: 0, unreadable: 0, samples };
    await general.query(
      `with waits as (update pipeline set state = 'report')
       insert into load_report (pipeline_id, revision, linked, only_a, only_b, ambiguous, samples, fields, phase, total)
       select id, 1, 9, 0, 0, 0, '[]', $1, 'report', 9 from pipeline`,
      [JSON.stringify({ looked: 9, fields: { notes } })],
    );
    await page.goto(`${service.url}/pipelines/companies`);
    await page.getByText('One that differs').click();
    await page.getByText(/CRM 7 · Support 9/).waitFor();
    expect(await page.getByText('was ill').count()).toBe(0);
    await page.getByRole('button', { name: 'Show personal data' }).click();
    await page.getByText('was ill').first().waitFor();
    await page.setViewportSize({ width: 320, height: 800 });
    await picture(page, 'load-shown');
    await expectAccessible(page);
    const both = [
      { object: 'companies', shown: 'dead-letters' },
      { object: 'companies', shown: 'load' },
    ];
    expect(await noted()).toEqual(both);
    // What happens to pipelines meanwhile is looked at, and no look at personal data.
    const looked = page.waitForResponse((response) => response.url().endsWith('/pipelines/companies'));
    await general.query(
      `select pg_notify('accord_events', json_build_object('type', 'pipeline', 'id', 'companies')::text)`,
    );
    await looked;
    expect(await noted()).toEqual(both);
    await page.context().close();
  });

  it('stays uncovered on a card where play comes to the very same item', async () => {
    await service.pools.general.query(`update pipeline set state = 'running'`);
    await service.records.edit(
      link,
      { unit: 'notes', side: 'A', value: 'has the flu' },
      { unit: 'notes', side: 'B', value: 'had the flu' },
    );
    const page = await openScreen(browser, `${service.url}/conflicts?filter=kind%3Avalue`, {
      as: service.tester,
    });
    await page.getByRole('gridcell').first().click();
    const card = page.getByRole('article');
    await card.getByText('Personal data is covered').waitFor();
    await page.keyboard.press('i');
    await card.getByText('had the flu').first().waitFor();
    await page.keyboard.press('c');
    await card.getByText('Ann Tester is at work on it').waitFor();
    const released: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/release')) released.push(request.url());
    });
    const came = page.waitForResponse((response) => response.url().endsWith('/conflicts/next'));
    await page.keyboard.press('p');
    await (await came).finished();
    await card.getByText('Ann Tester is at work on it').waitFor();
    expect(await card.getByText('had the flu').count()).toBeGreaterThan(0);
    expect(await card.getByText('Personal data is covered').count()).toBe(0);
    // It was theirs before they played.
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /^Play/, pressed: false }).waitFor();
    expect(released).toEqual([]);
    await page.context().close();
  });
});
