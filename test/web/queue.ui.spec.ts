import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { QueueJob } from '../../src/review/queue/queue-job.js';
import { launchChromium } from '../support/chromium.js';
import { addPerson, signIn, testerPassword } from '../support/tester.js';
import { until } from '../support/until.js';
import {
  cardOf,
  expectAccessible,
  openScreen,
  picture,
  pressAsCardAppears,
  type ScreenOptions,
} from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(120_000);

describe('the queue', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;
  const links: number[] = [];

  beforeAll(async () => {
    service = await startUiService({
      spec: {
        review: { sla: { normal: '2d', businessHours: 'Mon-Fri 09:00-18:00 Europe/Berlin' } },
        fields: { email: {}, tags: {}, notes: { pii: true } },
        connections: { a: { recordUrl: 'https://crm.example/companies/{id}' } },
      },
    });
    browser = await launchChromium();
    for (const name of ['ann', 'bob', 'eve', 'kim', 'lea', 'max', 'noa']) {
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
    await service.app.get(QueueJob).look();
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });
  afterEach(() => page.context().close());

  const hub = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
    (await service.pools.general.query<T>(text, values)).rows;
  const open = async (path = '/conflicts', options: ScreenOptions = {}): Promise<void> => {
    page = await openScreen(browser, service.url + path, { as: service.tester, ...options });
    await page.getByRole('gridcell').first().waitFor();
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
    await picture(page, 'queue-note');
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
    await picture(page, 'queue-snoozed');
    await page.getByRole('button', { name: 'Snoozed' }).click();
    await page.waitForURL('**tab=snoozed**');
    await card().getByRole('button', { name: 'Wake' }).click();
    await card()
      .getByRole('button', { name: /^Snooze/ })
      .waitFor();
    expect(
      await hub(`select count(*)::int as n from review_note where kind in ('comment', 'snoozed', 'woken')`),
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
  });

  it('is filtered by what is typed and what is chosen, each condition a chip of its own', async () => {
    await open();
    const all = await page.getByRole('gridcell').count();
    const filter = page.getByRole('textbox', { name: 'Filter' });
    const chips = page.getByRole('list', { name: 'Conditions of the filter' });
    await filter.pressSequentially('kind:value ');
    await page.waitForURL('**filter=kind%3Avalue');
    await chips.getByText('kind: value').waitFor();
    expect(await filter.inputValue()).toBe('');

    await page.getByRole('button', { name: 'Add a condition' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a condition' });
    await dialog.getByRole('checkbox', { name: /^urgent/ }).check();
    await dialog.getByRole('checkbox', { name: /^low/ }).check();
    await dialog.getByLabel('Everything but these').check();
    await picture(page, 'queue-filter-menu');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Filter' }).click();
    await chips.getByText('not priority: urgent, low').waitFor();
    await picture(page, 'queue-filter-chips');
    await expectAccessible(page);

    await chips.getByRole('button', { name: 'Remove the condition kind: value' }).click();
    await chips.getByText('kind: value').waitFor({ state: 'detached' });
    await filter.press('Backspace');
    expect(await filter.inputValue()).toBe('-priority:urgent,low');
    await chips.waitFor({ state: 'detached' });
    await filter.fill('priority:hi field:email');
    await filter.press('Enter');
    await page
      .getByText(/expected urgent, high, normal, low/)
      .first()
      .waitFor();
    expect(await chips.locator('[data-bad]').allInnerTexts()).toEqual(['priority: hi']);
    await picture(page, 'queue-filter-bad');
    await chips.getByRole('button', { name: 'Clear all' }).click();
    await page
      .getByRole('gridcell')
      .nth(all - 1)
      .waitFor();
  });

  it('has a due date that is set, seen with the hours that count, and cleared', async () => {
    await open();
    await openCard(2);
    await card().getByText('Time runs Mon-Fri 09:00-18:00 Europe/Berlin.').waitFor();
    await page.keyboard.press('t');
    const dialog = page.getByRole('dialog', { name: 'Due date' });
    await dialog.getByLabel('To be decided until').fill('2031-03-02T12:00');
    await dialog.getByText('This time is outside of them.').waitFor();
    await picture(page, 'queue-due');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save' }).click();
    const due = async () =>
      await hub(`select due_at < 'infinity' as set, due_by from review_item where link_id = $1`, [links[2]]);
    await card()
      .getByText(/changed the due date/)
      .waitFor();
    expect(await due()).toEqual([{ set: true, due_by: 'person' }]);
    await page.keyboard.press('t');
    await dialog.getByRole('button', { name: 'No due date' }).click();
    await card()
      .getByText(/changed the due date/)
      .nth(1)
      .waitFor();
    expect(await due()).toEqual([{ set: false, due_by: 'person' }]);
  });

  it('decides on all of a record with one key, once each field was seen, and takes it back and again as one', async () => {
    const link = links[3]!;
    await service.records.edit(
      link,
      { unit: 'tags', side: 'A', value: ['eu', 'old'] },
      { unit: 'tags', side: 'B', value: [] },
    );
    const outcomes = async () =>
      (
        await hub<{ outcome: string }>(
          'select d.outcome from decision d join conflict c on c.id = d.conflict_id where c.link_id = $1 order by d.at, d.id',
          [link],
        )
      ).map(({ outcome }) => outcome);
    await open();
    await openCard(3);
    await page.keyboard.press('Shift+Digit4');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Decide on email by itself').waitFor();
    expect(await dialog.getByRole('button', { name: 'Decide all 2' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('Shift+Digit1');
    await dialog.getByText('2 fields, as they are now').waitFor();
    await dialog.getByText('kim@y.com').first().waitFor();
    await picture(page, 'queue-whole-record');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Decide all 2' }).press('Enter');
    expect(await outcomes()).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('region', { name: 'Undo' }).getByText('CRM for 2 fields taken').waitFor();
    await page.getByText(/writes in \d+ s/).waitFor();
    expect(await outcomes()).toEqual(['held', 'held']);
    await page.keyboard.press('z');
    await cardOf(page, link, 'email');
    expect(await outcomes()).toEqual(['undone', 'undone']);
    await page.keyboard.press('Shift+Z');
    await page.getByText(/writes in \d+ s/).waitFor();
    expect((await outcomes()).sort()).toEqual(['held', 'held', 'undone', 'undone']);
  });

  it('covers personal data until somebody asks to see it, which is noted, and decides nothing unseen', async () => {
    await service.records.edit(
      links[4]!,
      { unit: 'notes', side: 'A', value: 'is ill' },
      { unit: 'notes', side: 'B', value: 'was ill' },
    );
    await open('/conflicts?filter=field%3Anotes');
    await page.getByRole('gridcell').first().click();
    await cardOf(page, links[4]!, 'notes');
    await card().getByText('Personal data is covered').waitFor();
    expect(await page.getByText('is ill').count()).toBe(0);
    await page.keyboard.press('1');
    await picture(page, 'queue-covered');
    await expectAccessible(page);
    await page.keyboard.press('i');
    await card().getByText('was ill').first().waitFor();
    expect(
      await hub(
        `select (select count(*)::int from decision d join conflict c on c.id = d.conflict_id where c.unit = 'notes') as decided,
                  (select count(*)::int from audit where action = 'personal-data.shown') as shown`,
      ),
    ).toEqual([{ decided: 0, shown: 1 }]);
    await page.keyboard.press('1');
    await page.getByRole('region', { name: 'Undo' }).waitFor();
  });

  it('opens the record where its system shows it', async () => {
    await open();
    await openCard(2);
    await page.context().route('https://crm.example/**', (route) => route.fulfill({ body: 'the CRM' }));
    const [other] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('[')]);
    expect(other.url()).toBe('https://crm.example/companies/A-eve');
  });

  it('counts and answers what a guard holds and a pipeline that halted on their own cards', async () => {
    await service.pools.general.query(
      `update pipeline set state = 'halted', state_detail = 'the key is gone'`,
    );
    await open('/conflicts?filter=kind%3Aguard%2Chalt');
    const waiting = page.getByRole('link', { name: /^Conflicts/ }).locator('.rail-count');
    await waiting.waitFor();
    const count = Number(await waiting.innerText());
    // A card that was drawn ahead has just appeared, however long ago it was drawn.
    await page.keyboard.press('j');
    await page.locator('.card .choices').nth(1).waitFor({ state: 'attached' });
    await page.waitForTimeout(200);
    await pressAsCardAppears(page, 'j', '1');
    await page.waitForTimeout(200);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.getByRole('gridcell', { name: /wiped/ }).click();
    await page.getByRole('heading', { name: /was wiped in many records/ }).waitFor();
    await picture(page, 'queue-guard');
    await expectAccessible(page);
    await page.waitForTimeout(200);
    await page.keyboard.press('2');
    const dialog = page.getByRole('dialog', { name: 'Take back in CRM' });
    await dialog.getByLabel('Why (kept in the audit log)').fill('A broken import');
    await expectAccessible(page);
    await page.keyboard.press('Control+Enter');
    await card().getByText('Closed: discarded.').waitFor();
    expect(await hub('select state, note from guard_trip')).toEqual([
      { state: 'discarded', note: 'A broken import' },
    ]);
    await page.getByRole('gridcell', { name: /halted/ }).click();
    await page.getByRole('heading', { name: /is halted/ }).waitFor();
    await picture(page, 'queue-halt');
    await expectAccessible(page);
    await page.getByRole('button', { name: /Go on/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
    await card().getByText('Closed: resumed.').waitFor();
    await waiting.getByText(String(count - 2), { exact: true }).waitFor();
  });

  it.each([{}, { width: 320, height: 700, scheme: 'dark' }] as readonly ScreenOptions[])(
    'is played: %o',
    async (options) => {
      await open('/conflicts?filter=kind%3Avalue', options);
      await expectAccessible(page);
      await picture(page, 'queue');
      const decided = async () => (await hub('select id from decision')).length;
      const before = await decided();
      await page.keyboard.press('p');
      await card().waitFor();
      await card().getByText('Ann Tester is at work on it').waitFor();
      const first = page.url();
      await page.waitForTimeout(450);
      await page.keyboard.press('2');
      await page.waitForURL((url) => url.href !== first);
      // Of what comes next in the list nothing is said: in play it may be another.
      await page
        .locator('[role=status][aria-live=polite]')
        .getByText('Support taken', { exact: true })
        .waitFor({ state: 'attached' });
      await card().getByText('Ann Tester is at work on it').waitFor();
      // The next card comes at the key, not when the answer does.
      await until(decided, (after) => after > before, 'the decision');
      expect(await decided()).toBe(before + 1);
      await picture(page, 'queue-play');
    },
  );

  it('uncovers personal data in no list and by no event, and leaves nothing to whoever signs in next', async () => {
    for (const n of [5, 6])
      await service.records.edit(
        links[n]!,
        { unit: 'notes', side: 'A', value: 'has the flu' },
        { unit: 'notes', side: 'B', value: 'had the flu' },
      );
    const grants = [{ role: 'steward' as const, pipeline: '*' }];
    await addPerson(service.pools, { email: 'bea@example.org', name: 'Bea', grants });
    await addPerson(service.pools, { email: 'cleo@example.org', name: 'Cleo', grants });
    const noted = async () =>
      (await service.pools.general.query(`select from audit where action = 'personal-data.shown'`))
        .rowCount ?? 0;
    const openNotes = async (n: number) => {
      await page.getByRole('gridcell', { name: new RegExp(`Record ${String(links[n])}\\b`) }).click();
      await cardOf(page, links[n]!, 'notes');
    };
    await open('/conflicts?filter=field%3Anotes', { as: await signIn(service.url, 'bea@example.org') });
    await openNotes(5);
    const conflict = new URL(page.url()).pathname.split('/').at(-1)!;
    await page.keyboard.press('i');
    await card().getByText('had the flu').first().waitFor();
    await openNotes(6);
    const before = await noted();
    const announce = async (id: string | null, ...paths: readonly string[]) => {
      const looks = paths.map((path) =>
        page.waitForResponse((response) => response.url().includes(`/api/v1/conflicts${path}`)),
      );
      await service.pools.general.query(
        `select pg_notify('accord_events', json_build_object('type', 'conflict', 'id', $1::text)::text)`,
        [id],
      );
      await Promise.all(looks);
    };
    await announce(conflict, `/${conflict}`, '?');
    expect(await noted()).toBe(before);
    expect(await page.getByRole('grid').getByText('the flu').count()).toBe(0);

    await openNotes(5);
    await card().getByText('had the flu').first().waitFor();
    await until(noted, (count) => count === before + 1, 'the look at what is opened again');
    await announce(null, `/${conflict}`);
    expect(await noted()).toBe(before + 1);
    await service.records.edit(links[5]!, { unit: 'notes', side: 'A', value: 'had the flu in May' });
    await announce(null, `/${conflict}`);
    await card().getByText('It changed while you were looking').waitFor();
    await page.keyboard.press('r');
    await card().getByText('in May').first().waitFor();
    await page.waitForTimeout(450);
    await page.keyboard.press('1');
    await page.getByText(/writes in \d+ s/).waitFor();
    await page.evaluate(`window.isOfBea = true`);
    await page.getByRole('button', { name: 'Signed in as Bea' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in**');
    await page.getByLabel('E-mail address').fill('cleo@example.org');
    await page.getByRole('textbox', { name: 'Password' }).fill(testerPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Signed in as Cleo' }).waitFor();
    expect(await page.evaluate('window.isOfBea')).toBeUndefined();
    await page.keyboard.press('z');
    await page.getByText(/^Nothing to undo/).waitFor();
    expect(await page.getByText('the flu').count()).toBe(0);
  });
});
