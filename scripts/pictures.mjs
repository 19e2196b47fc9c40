import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './root.mjs';
import { fail, say } from './say.mjs';

// Takes the pictures of docs/screens from a demo that runs, fresh, with conflicts in it:
//   npm start, and when it has settled:   npm run pictures -- http://127.0.0.1:3000
const [url = 'http://127.0.0.1:3000'] = process.argv.slice(2);
const folder = join(root, 'docs', 'screens');

const people = {
  steward: { email: 'steward@example.org', password: 'steward of the demo' },
  engineer: { email: 'engineer@example.org', password: 'engineer of the demo' },
};

const card = async (page) => {
  await page.getByRole('gridcell').first().waitFor();
  await page.keyboard.press('j');
  await page.getByRole('article').waitFor();
};

/** Personal data is covered until somebody asks for it. */
const uncovered = async (page) => {
  await page.waitForTimeout(500);
  await page.keyboard.press('i');
  await page.getByText('Personal data is covered').first().waitFor({ state: 'hidden' });
};

const uncoveredCard = async (page) => {
  await card(page);
  await uncovered(page);
};

const pictures = [
  { name: 'overview', as: 'engineer', path: '/' },
  { name: 'conflict', as: 'steward', path: '/conflicts?unit=email', before: uncoveredCard },
  { name: 'conflict-dark', as: 'steward', path: '/conflicts', scheme: 'dark', before: card },
  {
    name: 'conflict-narrow',
    as: 'steward',
    path: '/conflicts?unit=email',
    size: { width: 360, height: 780 },
    before: async (page) => {
      await page.getByRole('gridcell').first().click();
      await page.getByRole('article').waitFor();
      await uncovered(page);
    },
  },
  { name: 'match', as: 'steward', path: '/conflicts?unit=%24match', before: card },
  {
    name: 'history',
    as: 'steward',
    path: '/conflicts?unit=email',
    before: async (page) => {
      await uncoveredCard(page);
      await page.keyboard.press('h');
      await page.getByRole('dialog').getByText('History of the field').waitFor();
    },
  },
  {
    name: 'record-dark',
    as: 'steward',
    path: '/conflicts?unit=email',
    scheme: 'dark',
    before: async (page) => {
      await card(page);
      await page.getByRole('link', { name: 'Whole record' }).click();
      await page.getByRole('heading', { name: 'Fields' }).waitFor();
    },
  },
  {
    name: 'commands',
    as: 'steward',
    path: '/conflicts',
    before: async (page) => {
      await card(page);
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').waitFor();
    },
  },
  { name: 'keyboard', as: 'steward', path: '/settings/keyboard' },
];

const places = [
  process.env.ACCORD_TEST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = places.find((file) => file !== undefined && existsSync(file));
if (executablePath === undefined) fail('No Chromium: set ACCORD_TEST_CHROMIUM.');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const signedIn = {};
  for (const [name, data] of Object.entries(people)) {
    const context = await browser.newContext();
    const answer = await context.request.post(`${url}/api/v1/session`, { data });
    if (!answer.ok()) fail(`${url} does not let in ${data.email}: is it a demo?`);
    signedIn[name] = await context.storageState();
    await context.close();
  }
  for (const { name, as, path, scheme = 'light', size = { width: 1200, height: 760 }, before } of pictures) {
    const context = await browser.newContext({
      viewport: size,
      colorScheme: scheme,
      reducedMotion: 'reduce',
      storageState: signedIn[as],
    });
    const page = await context.newPage();
    await page.goto(url + path);
    await before?.(page);
    await page.waitForTimeout(1_500);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
    say(`docs/screens/${name}.png`);
  }
} finally {
  await browser.close();
}
