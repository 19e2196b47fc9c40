import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { EVERY_PIPELINE } from '../../src/common/permissions.js';
import { launchChromium } from '../support/chromium.js';
import { addPerson, signIn, type SignedIn } from '../support/tester.js';
import { until } from '../support/until.js';
import { emptied } from './emptied.js';
import { cardOf, expectAccessible, openScreen } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Two browsers, service and database share the machine with the other suites.
jest.setTimeout(120_000);

describe('two stewards in two browsers', () => {
  let service: UiService;
  let browser: Browser;
  let bea: SignedIn;
  let links: number[];
  const pages: Page[] = [];

  beforeAll(async () => {
    service = await startUiService();
    browser = await launchChromium();
    const grants = [{ role: 'steward' as const, pipeline: EVERY_PIPELINE }];
    await addPerson(service.pools, { email: 'bea@example.org', name: 'Bea Second', grants });
    bea = await signIn(service.url, 'bea@example.org');
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });
  beforeEach(async () => {
    await emptied(service);
    links = [];
    for (const name of ['ann', 'bob', 'eve', 'kim']) {
      const link = await service.records.agreed(
        { a: `A-${name}`, b: `B-${name}` },
        { email: `${name}@x.com` },
      );
      await service.records.edit(
        link,
        { unit: 'email', side: 'A', value: `${name}@y.com` },
        { unit: 'email', side: 'B', value: `${name}@z.com` },
      );
      links.push(link);
    }
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
  });

  const hub = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
    (await service.pools.general.query<T>(text, values)).rows;
  const open = async (as: SignedIn, path = '/conflicts', live = true): Promise<Page> => {
    const page = await openScreen(browser, 'about:blank', { as, origin: service.url });
    // Somebody whose events do not get through learns of a change only from the service's answer.
    if (!live) await page.route('**/api/v1/events', (route) => route.abort());
    await page.goto(service.url + path);
    await page.getByRole('gridcell').first().waitFor();
    pages.push(page);
    return page;
  };
  const openCard = async (page: Page, n: number): Promise<void> => {
    await page.getByRole('gridcell', { name: new RegExp(`Record ${String(links[n])}\\b`) }).click();
    await cardOf(page, links[n]!, 'email');
  };
  const decisions = () =>
    hub<{ link_id: number; value: string; by: string; outcome: string }>(
      `select c.link_id, d.value, d.by, d.outcome from decision d join conflict c on c.id = d.conflict_id order by d.at`,
    );
  const card = (page: Page) => page.getByRole('article');
  const undoBar = (page: Page) => page.getByRole('region', { name: 'Undo' }).getByText(/writes in \d+ s/);

  it('play side by side, and nothing is decided twice', async () => {
    const [one, two] = await Promise.all([open(service.tester), open(bea)]);
    await one.keyboard.press('p');
    await card(one).getByText('Ann Tester is at work on it').waitFor();
    await two.keyboard.press('p');
    await card(two).getByText('Bea Second is at work on it').waitFor();
    expect(two.url()).not.toBe(one.url());
    for (const n of [1, 2]) {
      await Promise.all(
        [one, two].map(async (page) => {
          const before = page.url();
          await page.waitForTimeout(450);
          await page.keyboard.press('1');
          if (n === 1) await page.waitForURL((url) => url.href !== before);
        }),
      );
      // Both may have been shown the same next one: it is whoever's claim was first, the other passes over it.
      if (n === 1) {
        await card(one).getByText('Ann Tester is at work on it').waitFor();
        await card(two).getByText('Bea Second is at work on it').waitFor();
      }
    }
    await Promise.all([one, two].map((page) => page.getByText(/Nothing more comes/).waitFor()));
    const made = await until(decisions, (rows) => rows.length >= links.length, 'every decision');
    expect(made.map(({ link_id }) => link_id).sort()).toEqual(links);
    expect(made.filter(({ by }) => by === 'Bea Second')).toHaveLength(2);
  });

  it('one stops before the claim is answered: they are not brought to it, and it is given back', async () => {
    const page = await open(service.tester);
    let answer = (): void => undefined;
    const stopped = new Promise<void>((done) => (answer = done));
    await page.route('**/api/v1/conflicts/next', async (route) => {
      await stopped;
      await route.continue();
    });
    const asked = page.waitForRequest((request) => request.url().endsWith('/conflicts/next'));
    const released = page.waitForResponse((response) => response.url().endsWith('/release'));
    await page.keyboard.press('p');
    await asked;
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /^Play/, pressed: false }).waitFor();
    answer();
    expect((await released).status()).toBe(200);
    expect(new URL(page.url()).pathname).toBe('/conflicts');
    expect(await hub('select 1 from review_item where lease_by is not null and lease_until > now()')).toEqual(
      [],
    );
  });

  it('one decides what the other looks at: it is said, and no key of theirs decides', async () => {
    const [one, two] = await Promise.all([open(service.tester), open(bea)]);
    await openCard(one, 0);
    await openCard(two, 0);
    await one.keyboard.press('1');
    await two.getByRole('alert').getByText('The conflict is now writing soon.').waitFor();
    await two.keyboard.press('2');
    await two.keyboard.press('3');
    await undoBar(one).waitFor();
    await expectAccessible(two);
    await two.keyboard.press('r');
    await card(two).getByText('Writing soon').waitFor();
    expect(await decisions()).toMatchObject([{ value: 'ann@y.com', by: 'Ann Tester', outcome: 'held' }]);
  });

  it('a card that is behind is refused with what changed, and decided once that was seen', async () => {
    const two = await open(bea, '/conflicts', false);
    await openCard(two, 1);
    await service.records.edit(links[1]!, { unit: 'email', side: 'A', value: 'bob@new.com' });
    await two.keyboard.press('1');
    await two
      .getByText(/email was not decided/)
      .first()
      .waitFor();
    expect(await decisions()).toEqual([]);
    await two.getByRole('gridcell', { name: new RegExp(`Record ${String(links[1])}\\b`) }).click();
    const changed = two.getByRole('alert').filter({ hasText: 'It changed while you were looking' });
    await changed.getByText('CRM has a new value').waitFor();
    await two.keyboard.press('1');
    await two.keyboard.press('r');
    await card(two).getByText('bob@new.com').first().waitFor();
    await two.waitForTimeout(450);
    expect(await decisions()).toEqual([]);
    await two.keyboard.press('1');
    await undoBar(two).waitFor();
    expect(await decisions()).toMatchObject([{ value: 'bob@new.com', by: 'Bea Second' }]);
  });

  it('what one is at work on is not decided by the other before the time is over, and then not by the first', async () => {
    const [one, two] = await Promise.all([open(service.tester), open(bea)]);
    await openCard(one, 2);
    await one.keyboard.press('c');
    await openCard(two, 2);
    await card(two).getByText('Ann Tester is at work on it').waitFor();
    await two.keyboard.press('2');
    await two
      .getByText(/email was not decided: Ann Tester is at work on it/)
      .first()
      .waitFor();
    await hub(`update review_item set lease_until = now() where lease_by is not null`);
    await openCard(two, 2);
    await two.keyboard.press('r');
    await two.keyboard.press('c');
    await card(one).getByText('Bea Second is at work on it').waitFor();
    await one.keyboard.press('1');
    await one
      .getByText(/email was not decided: Bea Second is at work on it/)
      .first()
      .waitFor();
    await two.waitForTimeout(200);
    await two.keyboard.press('2');
    await undoBar(two).waitFor();
    expect(await decisions()).toMatchObject([{ value: 'eve@z.com', by: 'Bea Second' }]);
  });

  it('one is offline for a moment, and an answer is lost on its way: each decision is made once', async () => {
    const one = await open(service.tester);
    await openCard(one, 0);
    await one.context().setOffline(true);
    await one.keyboard.press('1');
    await cardOf(one, links[1]!, 'email');
    await one.context().setOffline(false);
    await undoBar(one).waitFor();
    let lost = 0;
    await one.route('**/decisions', async (route) => {
      if ((lost += 1) > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await one.keyboard.press('2');
    await cardOf(one, links[2]!, 'email');
    await until(
      () => Promise.resolve(lost),
      (times) => times >= 2,
      'the answer that was lost to be asked for again',
    );
    await until(decisions, (rows) => rows.length >= 2, 'both decisions');
    await undoBar(one).waitFor();
    expect(lost).toBe(2);
    expect(await decisions()).toMatchObject([
      { value: 'ann@y.com', outcome: 'held' },
      { value: 'bob@z.com', outcome: 'held' },
    ]);
  });

  it('one asks, the other says what they would choose; nothing is decided by it', async () => {
    const [one, two] = await Promise.all([open(service.tester), open(bea)]);
    await openCard(one, 3);
    await one.keyboard.press('f');
    const asking = one.getByRole('dialog', { name: 'Second opinion' });
    await asking.getByLabel('Who').click();
    await one.getByRole('option', { name: 'Bea Second' }).click();
    await asking.getByLabel('Question').fill('Is z right?');
    await asking.getByRole('button', { name: 'Save' }).click();
    await card(one).getByText('Ann Tester asks Bea Second for a second opinion').waitFor();
    expect(
      await card(one)
        .getByRole('button', { name: /^Answer/ })
        .count(),
    ).toBe(0);
    await openCard(two, 3);
    await card(two).getByText('Is z right?').first().waitFor();
    await expectAccessible(two);
    await two.keyboard.press('f');
    const answering = two.getByRole('dialog', { name: /^Second opinion: what/ });
    await answering.getByLabel('Support').check();
    await answering.getByLabel('Text').fill('They moved');
    await expectAccessible(two);
    await answering.getByRole('button', { name: 'Save' }).click();
    await card(one)
      .getByText(/Bea Second gave an opinion.*Support/)
      .waitFor();
    await card(one).getByText('They moved').waitFor();
    expect(await decisions()).toEqual([]);
  });
});
