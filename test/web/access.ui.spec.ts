import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { DemoPeople } from '../../src/access/demo-people.js';
import { OneTimeLinks } from '../../src/access/one-time-links.js';
import { launchChromium } from '../support/chromium.js';
import { actor, addPerson, signIn, testerPassword } from '../support/tester.js';
import { expectAccessible, openScreen, picture, type ScreenOptions } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(120_000);

const both: readonly ScreenOptions[] = [{}, { width: 320, height: 700, scheme: 'dark' }];

describe('signing in', () => {
  let service: UiService;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    service = await startUiService({ demo: true });
    browser = await launchChromium();
    await service.app.get(DemoPeople, { strict: false }).ensure();
    await addPerson(service.pools, {
      email: 'vera@example.org',
      name: 'Vera Viewer',
      grants: [{ role: 'viewer', pipeline: '*' }],
    });
    const link = await service.records.agreed({ a: 'A-1', b: 'B-1' }, { email: 'a@x.com' });
    await service.records.edit(
      link,
      { unit: 'email', side: 'A', value: 'a@y.com' },
      { unit: 'email', side: 'B', value: 'a@z.com' },
    );
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
  });
  afterEach(() => page.context().close());

  const open = async (path: string, options?: ScreenOptions) => {
    page = await openScreen(browser, service.url + path, options);
  };
  const asTester = (options: ScreenOptions = {}): ScreenOptions => ({ as: service.tester, ...options });

  it('is asked of whoever is not signed in, by keyboard alone, and leads to where they wanted to go', async () => {
    await open('/records?q=A-1');
    await page.waitForURL('**/sign-in?returnTo=%2Frecords%3Fq%3DA-1');
    await page.getByRole('heading', { name: 'Sign in to Accord' }).waitFor();
    await page.getByLabel('E-mail address').focus();
    await page.keyboard.type('vera@example.org');
    await page.keyboard.press('Tab');
    await page.keyboard.type('not this one');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The e-mail address or the password is not right.').waitFor();
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Password' }).fill(testerPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/records?q=A-1');
    await page.getByRole('button', { name: 'Signed in as Vera Viewer' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in**');
  });

  it.each(both)(
    'shows the people of the demo with their passwords, and takes one in by a click: %o',
    async (options) => {
      await open('/sign-in', options);
      await page.getByText('steward@example.org').waitFor();
      await page.getByText('steward of the demo').waitFor();
      await expectAccessible(page);
      await picture(page, 'sign-in-demo');
      await page.getByRole('button', { name: 'Sign in as Demo Steward' }).click();
      await page.getByText('Demo: its people and their passwords are known to everybody.').waitFor();
    },
  );

  it('says why single sign-on has refused somebody', async () => {
    await open('/sign-in?problem=no-role');
    await page.getByRole('alert').getByText('You have no role here yet.').waitFor();
    await expectAccessible(page);
  });

  it('lets a viewer look at a conflict, and says what deciding needs', async () => {
    await open('/conflicts', { as: await signIn(service.url, 'vera@example.org') });
    await page.getByRole('gridcell').first().waitFor();
    await page.keyboard.press('j');
    await page.getByText('Deciding needs the role steward or engineer.').waitFor();
    await page.waitForTimeout(450);
    await page.keyboard.press('1');
    await page.waitForTimeout(300);
    expect((await service.pools.general.query('select from decision')).rowCount).toBe(0);
    await expectAccessible(page);
    await page.goto(`${service.url}/pipelines/companies`);
    await page.getByText('Pausing needs the role engineer or admin.').waitFor();
    await page.goto(`${service.url}/settings/people`);
    await page.getByText('This page needs the role admin.').waitFor();
    expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0);
  });

  it('asks again over what is there when the session has ended, and what was begun goes on', async () => {
    await addPerson(service.pools, {
      email: 'lara@example.org',
      name: 'Lara',
      grants: [{ role: 'engineer', pipeline: '*' }],
    });
    const lara = await signIn(service.url, 'lara@example.org');
    await open('/pipelines/companies', { as: lara });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('half a sentence');
    await service.pools.general.query('delete from session where person_id = $1', [lara.id.slice(4)]);
    const again = page.getByRole('dialog', { name: 'You have been signed out' });
    await again.waitFor();
    await expectAccessible(page);
    await picture(page, 'signed-out');
    await again.getByRole('textbox', { name: 'Password' }).fill(testerPassword);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'hidden' });
    expect(await page.getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('half a sentence');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused by Lara: half a sentence').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
  });

  it.each(both)('shows people, invites one, and gives the link once: %o', async (options) => {
    const who = `New Person ${options.width ?? 0}`;
    await open('/settings/people', asTester(options));
    await page.getByText('Vera Viewer').waitFor();
    await expectAccessible(page);
    await picture(page, 'people');
    await page.getByRole('button', { name: 'Invite' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByLabel('E-mail address').fill(`new${options.width ?? 0}@example.org`);
    await dialog.getByLabel('Name').fill(who);
    await dialog.getByRole('button', { name: 'Add a role' }).click();
    await expectAccessible(page);
    await picture(page, 'invite');
    await dialog.getByRole('button', { name: 'Remove Viewer on all pipelines' }).click();
    await dialog.getByRole('button', { name: 'Invite' }).click();
    const shown = page.getByRole('dialog', { name: 'One-time link' });
    const address = await shown.getByText(/\/welcome#/).innerText();
    await expectAccessible(page);
    await picture(page, 'one-time-link');
    await shown.getByRole('button', { name: 'Done' }).click();
    await page.getByText(who).waitFor();
    await page.context().close();

    page = await openScreen(browser, address, options);
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    expect(page.url()).not.toContain('#');
    await page.getByLabel('Password', { exact: true }).fill('a sentence of my own');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.waitForURL(`${service.url}/`);
    await page.goto(`${service.url}/settings/account`);
    await page.getByText('Steward on all pipelines').waitFor();
    await expectAccessible(page);
    await picture(page, 'account');
  });

  it('disables somebody only after asking, and enables them again', async () => {
    await addPerson(service.pools, { email: 'dora@example.org', name: 'Dora' });
    await open('/settings/people', asTester());
    const dora = page.getByRole('listitem').filter({ hasText: 'dora@example.org' });
    await dora.getByRole('button', { name: 'Actions for Dora' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page
      .getByRole('dialog', { name: 'Disable Dora?' })
      .getByRole('button', { name: 'Disable' })
      .click();
    await dora.getByText('Disabled').waitFor();
    await dora.getByRole('button', { name: 'Actions for Dora' }).click();
    await page.getByRole('menuitem', { name: 'Enable' }).click();
    await dora.getByText('Active').waitFor();
    await dora.getByRole('button', { name: 'Actions for Dora' }).click();
    await page.getByRole('menuitem', { name: 'Change' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Dora the Second');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Dora the Second').first().waitFor();
  });

  it.each(both)('makes a token that is shown once, and revokes it: %o', async (options) => {
    const name = `nightly ${options.width ?? 0}`;
    await open('/settings/tokens', asTester(options));
    await page.getByRole('button', { name: 'Make a token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make a token' });
    await dialog.getByLabel('What it is for').fill(name);
    await dialog.getByRole('button', { name: 'Make a token' }).click();
    await dialog.getByText('Choose at least one.').waitFor();
    await dialog.getByLabel('see pipelines').check();
    await expectAccessible(page);
    await picture(page, 'make-token');
    await dialog.getByRole('button', { name: 'Make a token' }).click();
    const shown = page.getByRole('dialog', { name: 'Your new token' });
    const secret = await shown.getByText(/^accord_/).innerText();
    const authorization = `Bearer ${secret}`;
    const ask = async () =>
      (await fetch(`${service.url}/api/v1/pipelines`, { headers: { authorization } })).status;
    expect(await ask()).toBe(200);
    await expectAccessible(page);
    await shown.getByRole('button', { name: 'Done' }).click();
    await picture(page, 'tokens');
    await page.getByRole('button', { name: `Revoke ${name}` }).click();
    await page.getByText(`The token ${name} is revoked.`).waitFor();
    expect(await ask()).toBe(401);
    await expectAccessible(page);
  });

  it('changes the password', async () => {
    await addPerson(service.pools, { email: 'pat@example.org', name: 'Pat' });
    await open('/settings/account', { as: await signIn(service.url, 'pat@example.org') });
    await page.getByLabel('Present password').fill(testerPassword);
    await page.getByLabel('New password').fill('patpatpatpat');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page
      .getByRole('alert')
      .getByText(/five different characters/)
      .waitFor();
    await page.getByLabel('New password').fill('something only I know');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The password is changed.').waitFor();
    await signIn(service.url, 'pat@example.org', 'something only I know');
  });

  it.each(both)('greets the first admin: %o', async (options) => {
    await service.pools.general.query(`delete from person_grant where role = 'admin'`);
    await open('/sign-in', options);
    await page.getByText('Nobody is an admin yet.').waitFor();
    await expectAccessible(page);
    await picture(page, 'sign-in-no-admin');
    await page.context().close();
    const secret = await service.app.get(OneTimeLinks, { strict: false }).forFirstAdmin(actor('start'));
    page = await openScreen(browser, `${service.url}/welcome#${secret ?? ''}`, options);
    await page.getByRole('heading', { name: 'You are the first admin' }).waitFor();
    await page.getByLabel('Your name').fill('First One');
    await page.getByLabel('E-mail address').fill(`first${options.width ?? 0}@example.org`);
    await page.getByLabel('Password', { exact: true }).fill('a sentence of my own');
    await expectAccessible(page);
    await picture(page, 'welcome');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.waitForURL(`${service.url}/`);
    await page.context().close();
    page = await openScreen(browser, `${service.url}/welcome#${secret ?? ''}`, options);
    await page.getByRole('heading', { name: 'This link leads nowhere' }).waitFor();
    await expectAccessible(page);
  });
});
