import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { until } from '../support/until.js';
import { emptied } from './emptied.js';
import { cardOf, expectAccessible, openScreen, type ScreenOptions } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(60_000);

describe('the review screen', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  let links: number[];

  beforeAll(async () => {
    service = await startUiService();
    browser = await launchChromium();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  beforeEach(async () => {
    await emptied(service);
    links = [];
    for (const name of ['ann', 'bob', 'eve']) {
      const link = await service.records.agreed(
        { a: `A-${name}`, b: `B-${name}` },
        { email: `${name}@x.com`, tags: ['old', 'vip'] },
      );
      await service.records.edit(
        link,
        { unit: 'email', side: 'A', value: `${name}@y.com`, by: { kind: 'person', name: 'Dana Fox' } },
        {
          unit: 'email',
          side: 'B',
          value: `${name}@z.com`,
          by: { kind: 'integration', name: 'billing-api' },
        },
      );
      links.push(link);
    }
  });
  afterEach(() => page.context().close());

  const open = async (path = '/conflicts', options?: ScreenOptions, list = true): Promise<void> => {
    page = await openScreen(browser, service.url + path, { as: service.tester, ...options });
    if (list) await page.getByRole('gridcell').first().waitFor();
  };
  const first = async (): Promise<void> => {
    await page.keyboard.press('j');
    await cardOf(page, links[0]!, 'email');
  };
  /** What the engine tells the screens when it has changed conflicts. */
  const announce = () =>
    service.pools.general.query(
      `select pg_notify('accord_events', json_build_object('type', 'conflict', 'id', 'cf_' || id)::text) from conflict`,
    );
  const decisions = async () =>
    (
      await service.pools.general.query<{
        take: string;
        outcome: string;
        value: unknown;
        note: string | null;
      }>('select take, outcome, value, note from decision order by at')
    ).rows;
  const decided = (count: number) =>
    until(decisions, (rows) => rows.length >= count, `${String(count)} decisions`);
  /** All in one task of the page: nothing is drawn between them. */
  const pressTogether = (...keys: readonly string[]) =>
    page.evaluate(
      `for (const key of ${JSON.stringify(keys)}) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))`,
    );

  it('shows base and both values with their differences, author, clock, why and what each choice writes', async () => {
    await open();
    await first();
    const card = page.getByRole('article');
    const text = (await card.innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain('base');
    expect(text).toContain('ann@x.com');
    expect(text).toContain('Dana Fox');
    expect(text).toContain('billing-api');
    expect(text).toContain('Why here.');
    expect(text).toContain('nothing written to CRM');
    expect(await card.locator('ins').allInnerTexts()).toEqual(['y', 'z']);
    expect(await card.locator('del').allInnerTexts()).toEqual(['x', 'x']);
    expect(await card.getByText('removed “x”, added “y”').count()).toBe(1);
    await expectAccessible(page);
  });

  it('decides with one key, goes to the next, and undoes with another', async () => {
    await open();
    await first();
    await page.keyboard.press('1');
    await cardOf(page, links[1]!, 'email');
    await page
      .getByText(new RegExp(`^CRM taken\\. Next: email of Record ${String(links[1])}\\.$`))
      .waitFor({ state: 'attached' });
    expect(await decided(1)).toMatchObject([{ take: 'a', outcome: 'held' }]);
    const undo = page.getByRole('region', { name: 'Undo' });
    await undo.getByText(/CRM taken · writes in \d+ s/).waitFor();

    await page.keyboard.press('z');
    await cardOf(page, links[0]!, 'email');
    await until(decisions, ([one]) => one?.outcome === 'undone', 'the decision to be taken back');
    expect(await decisions()).toMatchObject([{ outcome: 'undone' }]);
    expect(
      (await service.pools.general.query(`select state from conflict where link_id = $1`, [links[0]])).rows,
    ).toEqual([{ state: 'open' }]);
  });

  it('decides again what was undone, and says so when there is nothing more', async () => {
    await open();
    await first();
    await page.keyboard.press('1');
    await cardOf(page, links[1]!, 'email');
    await decided(1);
    await page.keyboard.press('z');
    await cardOf(page, links[0]!, 'email');
    await page.keyboard.press('Shift+Z');
    expect(await decided(2)).toMatchObject([
      { take: 'a', outcome: 'undone' },
      { take: 'a', outcome: 'held' },
    ]);
    await page.keyboard.press('Shift+Z');
    await page.getByText('Nothing to decide again').waitFor();
  });

  it('takes the keys that somebody has chosen, shows them, and never one that must not decide', async () => {
    await open('/settings/keyboard', undefined, false);
    await page.getByRole('button', { name: 'Change the key for: Take the first system’s value' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Press the new key' }).press('Backspace');
    await dialog.getByText('This key never does anything').waitFor();
    expect(await dialog.getByRole('button', { name: 'Take it' }).isDisabled()).toBe(true);
    await page.waitForTimeout(1_300);
    await dialog.getByRole('textbox').press('j');
    await dialog.getByText('It is the key for “Next conflict; never decides”.').waitFor();
    await expectAccessible(page);
    await page.waitForTimeout(1_300);
    await dialog.getByRole('textbox').press('u');
    await dialog.getByRole('button', { name: 'Take it' }).click();
    await page.getByText('usually 1').waitFor();

    await page.goto(`${service.url}/conflicts`);
    await page.getByRole('gridcell').first().waitFor();
    await first();
    await page.getByRole('button', { name: /^u .*CRM/ }).waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('u');
    expect(await decided(1)).toMatchObject([{ take: 'a' }]);
  });

  it('says what an undo does once it was written, and shows each side with what it gets back', async () => {
    await open();
    await first();
    await page.keyboard.press('1');
    await cardOf(page, links[1]!, 'email');
    await decided(1);
    await service.records.settle(links[0]!, 'email', Date.now() + 3_600_000);
    await page.keyboard.press('z');
    await cardOf(page, links[0]!, 'email');
    await page
      .getByText('It had been written. CRM has what it had, Support gets back what it had.')
      .waitFor({ state: 'attached' });
    const card = page.getByRole('article');
    await card
      .getByText('took the decision back: CRM has what it had, Support gets back what it had')
      .waitFor();
    expect(await card.locator('ins').allInnerTexts()).toEqual(['y', 'z']);
    await expectAccessible(page);
  });

  it('never decides on Enter, Space, Backspace or Delete, wherever the focus is', async () => {
    await open();
    await first();
    const never = ['Enter', 'Space', 'Backspace', 'Delete'];
    for (const key of never) await page.keyboard.press(key);
    for (const name of [/^1 CRM/, /^2 Support/, /^3 Back to base/]) {
      await page.getByRole('button', { name }).focus();
      for (const key of never) await page.keyboard.press(key);
    }
    await page.waitForTimeout(300);
    expect(await decisions()).toEqual([]);
    expect(await page.getByText('Enter and Space never decide. Press 3, or click.').count()).toBe(1);
  });

  it('decides on Enter where single keys are switched off, and then on no single key', async () => {
    await open();
    await first();
    await page.keyboard.press('?');
    await page.getByRole('switch', { name: 'Single keys decide and move' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('1');
    await page.waitForTimeout(200);
    expect(await decisions()).toEqual([]);
    await page.getByRole('button', { name: 'Support', exact: true }).press('Enter');
    expect(await decided(1)).toMatchObject([{ take: 'b' }]);
  });

  it('takes no second key for a card that has just appeared', async () => {
    await open();
    await first();
    await pressTogether('1', '1', '1');
    await decided(1);
    await page.waitForTimeout(400);
    expect(await decisions()).toHaveLength(1);
  });

  it.each(['left', 'closed'])('sends what was decided where the page is %s at that moment', async (how) => {
    await open();
    await first();
    await pressTogether('2');
    if (how === 'closed') await page.close();
    else await page.evaluate(`location.assign('about:blank')`);
    expect(await decided(1)).toMatchObject([{ take: 'b', outcome: 'held' }]);
  });

  it('takes back one decision for each press, also of two at once', async () => {
    await open();
    await first();
    await page.keyboard.press('1');
    await cardOf(page, links[1]!, 'email');
    await page.keyboard.press('2');
    await cardOf(page, links[2]!, 'email');
    await decided(2);
    await pressTogether('z', 'z');
    const undone = (rows: Awaited<ReturnType<typeof decisions>>) =>
      rows.every(({ outcome }) => outcome === 'undone');
    expect(await until(decisions, undone, 'both to be taken back')).toHaveLength(2);
    await page.getByRole('region', { name: 'Undo' }).waitFor({ state: 'detached' });
    expect(await page.getByText(/^Not undone/).count()).toBe(0);
  });

  it('ignores a key that is held down, and keys that are typed into a field', async () => {
    await open();
    await first();
    await page.evaluate(
      `document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '1', repeat: true, bubbles: true }))`,
    );
    await page.getByRole('textbox', { name: 'Filter' }).focus();
    await page.keyboard.type('12');
    await page.waitForTimeout(300);
    expect(await decisions()).toEqual([]);
  });

  it('shows what changed while it was looked at, and takes no key before it was looked at again', async () => {
    await open();
    await first();
    await service.records.edit(links[0]!, { unit: 'email', side: 'B', value: 'ann@new.com' });
    await announce();
    await page.getByText('It changed while you were looking').waitFor();
    expect(await page.getByText('Support has a new value').count()).toBe(1);
    expect(await page.getByRole('article').innerText()).not.toContain('ann@new.com');
    await page.keyboard.press('1');
    await page.waitForTimeout(200);
    expect(await decisions()).toEqual([]);

    await page.keyboard.press('r');
    await page.getByText('It changed while you were looking').waitFor({ state: 'hidden' });
    expect(await page.getByRole('article').innerText()).toContain('new');
    await page.waitForTimeout(200);
    await page.keyboard.press('2');
    expect(await decided(1)).toMatchObject([{ take: 'b' }]);
  });

  it('takes a decision back when the service refuses it as stale, and brings the reader to what changed', async () => {
    await open();
    await first();
    // The news of the change does not reach this screen: the refusal is how it learns.
    await page
      .context()
      .route('**/api/v1/conflicts/cf_*', (route) =>
        route.request().method() === 'GET' ? route.abort() : route.continue(),
      );
    await service.records.edit(links[0]!, { unit: 'email', side: 'A', value: 'ann@else.com' });
    await page.keyboard.press('1');
    await page.getByText('email was not decided').waitFor();
    await page.context().unroute('**/api/v1/conflicts/cf_*');
    expect(await decisions()).toEqual([]);
    await page.getByRole('row').filter({ hasText: 'Look again' }).getByRole('gridcell').click();
    await page.getByRole('article').getByText('It changed while you were looking').waitFor();
    await page.keyboard.press('r');
    await page.waitForTimeout(300);
    await page.keyboard.press('1');
    expect(await decided(1)).toMatchObject([{ take: 'a' }]);
  });

  it('takes another value that a person types', async () => {
    await open();
    await first();
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Value' }).fill('ann@agreed.com');
    await dialog.getByLabel('Note').fill('asked her');
    await dialog.getByRole('textbox', { name: 'Value' }).press('Enter');
    expect(await decisions()).toEqual([]);
    await dialog.getByRole('textbox', { name: 'Value' }).fill('ann@agreed.com');
    await expectAccessible(page);
    await dialog.getByRole('textbox', { name: 'Value' }).press('Control+Enter');
    expect(await decided(1)).toMatchObject([{ take: 'value', value: 'ann@agreed.com', note: 'asked her' }]);
  });

  it('offers a merge of a set and takes it', async () => {
    await service.records.edit(
      links[0]!,
      { unit: 'tags', side: 'A', value: ['eu', 'old', 'vip'] },
      { unit: 'tags', side: 'B', value: ['vip'] },
    );
    await open('/conflicts?unit=tags');
    await page.keyboard.press('j');
    await cardOf(page, links[0]!, 'tags');
    const chips = await page.getByRole('article').locator('.chip-added').allInnerTexts();
    expect(chips.map((chip) => chip.replaceAll(/\s+/g, ' '))).toContain('+ added eu');
    await expectAccessible(page);
    await page.keyboard.press('4');
    expect(await decided(1)).toMatchObject([{ take: 'merged' }]);
  });

  it('shows a record beside what it may be the same as, and takes the answer with one key', async () => {
    const { pools } = service;
    const verdicts = [{ field: 'email', as: 'email', likeness: 0.9, points: 4.5, verdict: 'alike' }];
    await pools.general.query(
      `with asked as (
         insert into conflict (id, pipeline_id, unit, key, state, kind, reason, title, candidates, policy, revision)
         select gen_random_uuid(), id, '$match', 'k', 'open', 'match', 'one record in Support may be the same', 'Ann Lee', $1, '{}', 1
         from pipeline returning id, pipeline_id),
       question as (
         insert into match_question (conflict_id, pipeline_id, side, ext_id, shown) select id, pipeline_id, 'A', 'A-7', $2 from asked)
       insert into match_candidate (conflict_id, n, ext_id, rule, points, verdicts, shown)
       select id, 1, 'B-9', 'alike', 4.5, $3, $4 from asked`,
      [
        JSON.stringify([{ key: 'a', side: 'A', v: 'Ann Lee' }]),
        JSON.stringify({ email: 'ann@x.com' }),
        JSON.stringify(verdicts),
        JSON.stringify({ email: 'ann@x.org' }),
      ],
    );
    await open('/conflicts?unit=%24match');
    await page.keyboard.press('j');
    const card = page.getByRole('article');
    await card.getByRole('columnheader', { name: /B-9$/ }).waitFor();
    const row = await card.getByRole('row', { name: /email/ }).innerText();
    expect(row.replaceAll(/\s+/g, ' ')).toMatch(/^email ann@x\.com ann@x\..* alike \(\+4\.5\)$/);
    await expectAccessible(page);
    await page.waitForTimeout(200);
    await page.keyboard.press('1');
    expect(await decided(1)).toMatchObject([{ take: 'link', value: 'B-9', outcome: 'held' }]);
    const { rows } = await pools.general.query('select kind, a_id, b_id from link_order');
    expect(rows).toEqual([{ kind: 'link', a_id: 'A-7', b_id: 'B-9' }]);
  });

  it('never moves the list: new conflicts wait behind a pill', async () => {
    await open();
    const rows = () => page.getByRole('gridcell').allInnerTexts();
    const before = (await rows()).length;
    await service.records.edit(
      links[2]!,
      { unit: 'amount', side: 'A', value: '5' },
      { unit: 'amount', side: 'B', value: '6' },
    );
    const pill = page.getByRole('button', { name: /new$/ });
    // Nor are they waited for in vain where events never stop.
    let storm = true;
    const events = (async () => {
      while (storm) {
        await announce();
        await sleep(100);
      }
    })();
    await pill.waitFor().finally(() => (storm = false));
    await events;
    expect(await rows()).toHaveLength(before);
    await pill.click();
    await page.getByRole('gridcell').nth(before).waitFor();
    expect((await rows())[0]).toContain('amount');
  });

  it('is usable at 320 px in the dark, without a fault of accessibility', async () => {
    await open('/conflicts', { width: 320, height: 640, scheme: 'dark' });
    await expectAccessible(page);
    await page.getByRole('gridcell').first().click();
    await cardOf(page, links[0]!, 'email');
    await expectAccessible(page);
    await page.getByRole('button', { name: /^2 Support/ }).click();
    expect(await decided(1)).toMatchObject([{ take: 'b' }]);
  });
});
