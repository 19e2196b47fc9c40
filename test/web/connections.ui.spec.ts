import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { ConnectionCatalog } from '../../src/connectors/connection-catalog.js';
import { startMailSink, type MailSink } from '../notify/mail-sink.js';
import { launchChromium } from '../support/chromium.js';
import { newMasterKey, plainSpec, plainTable } from '../support/connected-service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { addPerson, signIn } from '../support/tester.js';
import { expectAccessible, openScreen, picture, type ScreenOptions } from './screen.js';
import { startUiService, type UiService } from './ui-service.js';

// Browser, service and database share the machine with the other suites.
jest.setTimeout(120_000);

const looks: readonly ScreenOptions[] = [{}, { width: 320, height: 700, scheme: 'dark' }];

describe('the connections screen', () => {
  const account = `sync_${randomUUID().slice(0, 8)}`;
  const password = `s3cret-${randomUUID()}`;
  let side: TestDatabase;
  let sink: MailSink;
  let service: UiService;
  let browser: Browser;
  let page: Page;

  const onSide = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: side.url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  beforeAll(async () => {
    side = await createTestDatabase();
    sink = await startMailSink();
    await onSide(
      `${plainTable} create role ${account} login password '${password}'; alter table t owner to ${account};
        create schema accord authorization ${account}`,
    );
    const catalog = new ConnectionCatalog();
    catalog.declare({
      connector: 'postgres',
      config: { name: 'support', label: 'Support', url: side.url, tls: null, clientName: 'accord' },
    });
    service = await startUiService({
      connections: { catalog, pipelines: [plainSpec('companies', { a: 'crm', b: 'support' })] },
      variables: { ACCORD_MASTER_KEY: newMasterKey(), SMTP_URL: sink.url },
    });
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await service.close();
    await sink.close();
    await onSide(
      `reassign owned by ${account} to current_user; drop owned by ${account}; drop role ${account}`,
    );
    await side.drop();
  });
  afterEach(() => page.context().close());

  const open = async (options: ScreenOptions = {}): Promise<void> => {
    page = await openScreen(browser, `${service.url}/settings/connections`, {
      as: service.tester,
      ...options,
    });
    await page.getByRole('heading', { name: 'Connections', level: 2 }).waitFor();
  };
  const entry = (text: string) =>
    page
      .getByRole('listitem')
      .filter({ has: page.getByText(text, { exact: true }) })
      .first();

  it('makes a connection by keyboard alone, tests it at once, and says what is wrong beside the field', async () => {
    const { hostname, port, pathname } = new URL(side.url);
    await open();
    await page.getByRole('button', { name: 'Add a connection' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Add a connection' });
    await dialog.waitFor();
    const type = async (label: string, text: string): Promise<void> => {
      await dialog.getByLabel(label, { exact: true }).focus();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    };
    await type('Name in pipeline files', 'CRM');
    await type('Name for people', 'The CRM');
    await type('Host', hostname);
    await type('Port', port);
    await type('Database', pathname.slice(1));
    await type('Account', account);
    await type('Password', 'not this one');
    await page.keyboard.press('Enter');
    await dialog.getByText(/must be a small letter/).waitFor();
    await expectAccessible(page);
    await picture(page, 'connection-form-fault');
    await type('Name in pipeline files', 'crm');
    await dialog.getByRole('button', { name: 'Test without saving' }).press('Enter');
    await dialog.getByText(/^It does not work as it is/).waitFor();
    await expectAccessible(page);
    await picture(page, 'connection-form-tested');
    expect(await entry('The CRM').count()).toBe(0);
    await type('Account', `${account}_not`);
    await dialog.getByText(/^It does not work as it is/).waitFor({ state: 'detached' });
    await type('Account', account);
    await page.keyboard.press('Enter');
    await page.getByText(/^It does not work as it is/).waitFor();
    await entry('The CRM').getByText('Password authentication failed', { exact: false }).waitFor();
    await entry('The CRM').getByText('by Ann Tester', { exact: false }).waitFor();
    expect(await page.content()).not.toContain('not this one');
    await expectAccessible(page);
    await picture(page, 'connection-failed');
  });

  it.each(looks)('shows, changes and tests: %o', async (options) => {
    await open(options);
    await page.getByRole('button', { name: 'Actions for The CRM' }).click();
    await page.getByRole('menuitem', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change The CRM' });
    expect(await dialog.getByLabel('Password', { exact: true }).inputValue()).toBe('');
    await dialog.getByText('Leave it empty to keep the one that is set.').waitFor();
    await dialog.getByText('Saving starts companies anew.', { exact: false }).waitFor();
    const host = await dialog.getByLabel('Host', { exact: true }).inputValue();
    await dialog.getByLabel('Host', { exact: true }).fill('elsewhere.example.org');
    await dialog.getByText(/^Give it again/).waitFor();
    await dialog.getByLabel('Host', { exact: true }).fill(host);
    await dialog.getByLabel('Password', { exact: true }).fill(password);
    await dialog.getByRole('button', { name: 'Test without saving' }).click();
    await dialog.getByText('public.t can be read and written.').waitFor();
    await expectAccessible(page);
    await picture(page, 'connection-form');
    await dialog.getByRole('button', { name: 'Save and test' }).click();
    const results = page.getByRole('list', { name: 'What the test of The CRM found' });
    await results.getByText('public.t can be read and written.').waitFor();
    await page.getByRole('button', { name: 'Test Support' }).click();
    await page.getByRole('list', { name: 'What the test of Support found' }).waitFor();
    await page.getByRole('button', { name: 'Send me a test mail' }).click();
    await page.getByText('The server has taken a mail to tester@example.org.').waitFor();
    await expectAccessible(page);
    await picture(page, 'connections');
  });

  it('does not offer to remove what a pipeline uses, and removes what none does after asking', async () => {
    await open();
    await page.getByRole('button', { name: 'Actions for The CRM' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    const used = page.getByRole('dialog', { name: 'Remove The CRM?' });
    await used.getByText('It cannot be removed: companies uses it.').waitFor();
    expect(await used.getByRole('button', { name: 'Remove' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await fetch(`${service.url}/api/v1/connections`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...service.tester.headers },
      body: JSON.stringify({ name: 'spare', connector: 'mysql', host: 'db', database: 'd', account: 'a' }),
    });
    await page.reload();
    await page.getByRole('button', { name: 'Actions for spare' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog', { name: 'Remove spare?' }).getByRole('button', { name: 'Remove' }).click();
    await page.getByText('The connection spare is removed.').waitFor();
    await page.getByRole('button', { name: 'Actions for spare' }).waitFor({ state: 'detached' });
  });

  it('is for engineers and admins', async () => {
    await addPerson(service.pools, {
      email: 'vera@example.org',
      name: 'Vera',
      grants: [{ role: 'steward', pipeline: '*' }],
    });
    page = await openScreen(browser, `${service.url}/settings/connections`, {
      as: await signIn(service.url, 'vera@example.org'),
    });
    await page.getByText('This page needs the role engineer or admin, on all pipelines.').waitFor();
    expect(await page.getByRole('link', { name: 'Connections' }).count()).toBe(0);
    await expectAccessible(page);
  });
});
