import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { field, reviewPlan } from '../support/review-plan.js';
import { expectAccessible, openScreen } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(180_000);

describe('the screens of a record that ends and of a load that begins', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  const hub = async <T extends object>(text: string, values: unknown[] = []) =>
    (await service.pools.general.query<T>(text, values)).rows;
  const open = async (path: string) => {
    page = await openScreen(browser, service.url + path, { as: service.tester });
  };

  beforeAll(async () => {
    const parent = field('parent', 'text', { reference: 'companies' });
    service = await startUiService({ plan: reviewPlan('companies', [parent]) });
    browser = await launchChromium();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });
  afterEach(() => page.context().close());

  it('restores a deleted record on one system', async () => {
    const link = await service.records.agreed({ a: 'A-9', b: 'B-9' }, { name: 'Gone Ltd' });
    await hub(
      `with ended as (update link set state = 'deleted', ended_at = now() where id = $1)
       update shadow set fields = fields || '{"$life": "deleted"}' where link_id = $1`,
      [link],
    );
    await open(`/records/rec_${String(link)}`);
    await page.getByRole('button', { name: 'Restore on both systems' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Only in Support' }).click();
    await page.getByText('It is made again now, from what is held of it.').waitFor();
    await page.getByRole('button', { name: 'Restore on both systems' }).waitFor({ state: 'detached' });
    expect(await hub('select state, epoch from link where id = $1', [link])).toEqual([
      { state: 'live', epoch: 2 },
    ]);
  });

  it('calls the records that references point to by their names, in the queue, on the card, and in the record and its history', async () => {
    const made: string[] = [];
    for (const name of ['Acme Ltd', 'Beta Ltd', 'Gamma Ltd'])
      made.push(`rec_${String(await service.records.agreed({ a: `A-${name}`, b: `B-${name}` }, { name }))}`);
    const [acme = '', beta = '', gamma = ''] = made;
    const child = await service.records.agreed(
      { a: 'A-child', b: 'B-child' },
      { name: 'Child', parent: acme },
    );
    await service.records.edit(
      child,
      { unit: 'parent', side: 'A', value: beta },
      { unit: 'parent', side: 'B', value: gamma },
    );
    await open('/conflicts');
    const row = page.getByRole('gridcell').filter({ hasText: 'parent' });
    await row.getByText('Beta Ltd').waitFor();
    await row.getByText('Gamma Ltd').waitFor();
    await row.click();
    const card = page.locator('.card .values');
    await card.getByRole('link', { name: 'Beta Ltd' }).waitFor();
    await card.getByText('Acme Ltd').first().waitFor();
    expect(await card.textContent()).not.toContain('rec_');
    await expectAccessible(page);
    await page.context().close();

    await open(`/records/rec_${String(child)}`);
    await page.locator('.field-table').getByRole('link', { name: 'Acme Ltd' }).waitFor();
    await page.locator('.field-table').getByRole('link', { name: 'Gamma Ltd' }).waitFor();
    await page.locator('.timeline').getByRole('link', { name: 'Beta Ltd' }).first().waitFor();
    expect(await page.locator('.field-table').textContent()).not.toContain('rec_');
    expect(await page.locator('.timeline .diff-added').allTextContents()).toEqual(
      expect.arrayContaining(['Beta Ltd', 'Gamma Ltd']),
    );
    await page.locator('.field-table').getByRole('link', { name: 'Acme Ltd' }).click();
    await page.getByRole('heading', { level: 1, name: 'Acme Ltd' }).waitFor();
  });

  it('shows what the comparison found, field by field and pair by pair, and changes the rate', async () => {
    const fields = {
      looked: 90,
      fields: {
        email: {
          equal: 80,
          different: 10,
          onlyA: 0,
          onlyB: 0,
          unreadable: 0,
          samples: [{ a: '7', b: '70', A: 'ann@x.com', B: 'ann@y.com' }],
        },
      },
    };
    const samples = [
      { kind: 'scored', a_id: '3', b_id: '30', points: 14.5, detail: 'name agrees' },
      { kind: 'question', a_id: '4', b_id: '40', points: 9, detail: 'phone differs' },
    ];
    const leftOut = [{ rule: 'alike', key: 'info@', a: 400, b: 300 }];
    await hub(`update pipeline set state = 'report'`);
    await hub(
      `insert into load_report (pipeline_id, revision, linked, scored, only_a, only_b, ambiguous, excluded_a, samples, fields, left_out, phase, total)
       select id, 1, 95, 5, 8, 2, 1, 12, $1, $2, $3, 'report', 105 from pipeline`,
      [JSON.stringify(samples), JSON.stringify(fields), JSON.stringify(leftOut)],
    );
    await open('/pipelines/companies');
    const figure = (name: string) =>
      page.locator('.count').filter({ hasText: name }).locator('dd').first().textContent();
    await page.getByText('Linked by what they share').waitFor();
    expect(await figure('Linked by a key')).toBe('90');
    expect(await figure('Linked by what they share')).toBe('5');
    expect(await figure('To review')).toBe('1');
    expect(await figure('Out of scope, or deleted, in CRM')).toBe('12');
    await page.getByText('Fields of 90 pairs that would be linked').waitFor();
    await page.getByText('One that differs').click();
    await page.getByText('ann@x.com').first().waitFor();
    await page.getByText('Linked with 14.5 points').waitFor();
    await page.getByText('To be asked about, 9 points').waitFor();
    await page.getByText('400 and 300 records share “info@”').waitFor();
    await expectAccessible(page);

    await page.getByLabel('Most made in Support').fill('50/s');
    await page.getByRole('button', { name: 'Set' }).last().click();
    await page.getByText('at most 50/s in B').first().waitFor();
    expect(await hub('select rate_a, rate_b from load_report')).toEqual([{ rate_a: null, rate_b: '50/s' }]);
  });
});
