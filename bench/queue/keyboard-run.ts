import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { Accord } from '../sync/accord.js';
import { until } from '../sync/arrival.js';
import { fill, makeTable, withClient } from '../sync/databases.js';
import { baseRow, columns, table } from '../sync/records.js';
import { cardAfter, keyTimes, withScreen } from './browser.js';
import { figureOf, type Figure } from './measure.js';

const KEY_MS = 50;
const GUARD_MS = 180;
const EMAIL = columns.indexOf('email');
const PHONE = columns.indexOf('phone');

export interface KeyboardRun {
  readonly figures: readonly Figure[];
  readonly decisions: number;
  readonly perMinute: number;
  /** Fields of both databases that hold what was decided. */
  readonly verified: number;
  readonly wrong: readonly string[];
}

type Take = 'a' | 'b' | 'base' | 'typed';

/** How one card is answered: the keys, and what both databases must hold afterwards. */
interface Way {
  readonly take: Take;
  readonly how: 'key' | 'typed' | 'undone' | 'whole';
}

const WAYS: readonly Way[] = [
  { take: 'a', how: 'key' },
  { take: 'b', how: 'key' },
  { take: 'typed', how: 'typed' },
  { take: 'base', how: 'key' },
  { take: 'b', how: 'undone' },
  { take: 'a', how: 'key' },
];

/**
 * Two real databases, in conflict on `decisions` records (every fifth on two fields), decided by keys alone in play: both sides, base, typed
 * values, decisions that are taken back and made anew, whole records. Afterwards both databases are read and held against the script.
 */
export async function keyboardRun(options: {
  readonly adminUrl: string;
  readonly main: string;
  readonly decisions: number;
}): Promise<KeyboardRun> {
  const { adminUrl, main, decisions } = options;
  const program = ['--enable-source-maps', main];
  const accord = await Accord.make({ adminUrl, program, records: decisions, cpuProfile: undefined });
  try {
    await makeTable(accord.urls.A);
    await makeTable(accord.urls.B);
    await fill(accord.urls.A, decisions);
    await accord.firstLoad();
    await accord.hold();
    for (const side of ['A', 'B'] as const)
      await withClient(accord.urls[side], (client) =>
        client.query(
          `update ${table} set email = id || $1, phone = case when id % 5 = 0 then $2 || id else phone end`,
          [`@${side.toLowerCase()}.example`, side],
        ),
      );
    await accord.release();
    const conflicts = decisions + Math.floor(decisions / 5);
    await must(
      `${String(conflicts)} conflicts`,
      async () => (await accord.countOpenConflicts()) === conflicts,
    );
    const service = await accord.steward();
    const { taken, minutes, figures } = await withScreen(service, (page) =>
      decideAll(page, service.origin, decisions),
    );
    await must(
      'every decision written',
      async () => (await accord.undecided()) === 0 && (await accord.quiet()),
    );
    const wrong = await heldAgainst(accord, taken, decisions);
    const fields = 2 * conflicts;
    return {
      figures,
      decisions: taken.size,
      perMinute: taken.size / minutes,
      verified: fields - wrong.length,
      wrong,
    };
  } finally {
    await accord.stop();
  }
}

interface Decided {
  /** By id of the record. */
  readonly taken: ReadonlyMap<number, Way>;
  readonly minutes: number;
  readonly figures: readonly Figure[];
}

async function decideAll(page: Page, origin: string, decisions: number): Promise<Decided> {
  await page.goto(`${origin}/conflicts`);
  await page.waitForSelector('[role=gridcell]');
  await page.keyboard.press('p');
  await cardAfter(page, null);
  const effects: number[] = [];
  const cards: number[] = [];
  const taken = new Map<number, Way>();
  const began = performance.now();
  while (taken.size < decisions) {
    await sleep(GUARD_MS);
    const { record, whole } = await shown(page);
    if (taken.has(record)) throw new Error(`record ${String(record)} is asked about twice`);
    const planned = WAYS[taken.size % WAYS.length] as Way;
    const way: Way = whole ? { take: taken.size % 2 === 0 ? 'a' : 'b', how: 'whole' } : planned;
    taken.set(record, way);
    await keyTimes(page);
    const before = page.url();
    await answer(page, way, record);
    if (taken.size < decisions) await page.waitForURL((url) => url.href !== before);
    const times = await keyTimes(page);
    effects.push(...times.effects);
    // Of a decision by one key alone: the other ways take several.
    if (way.how === 'key') cards.push(...times.cards);
  }
  const minutes = (performance.now() - began) / 60_000;
  await page.getByText(/Nothing more comes/).waitFor();
  return {
    taken,
    minutes,
    figures: [
      figureOf('keyboard run: key to visible effect', effects, KEY_MS),
      figureOf('keyboard run: next card', cards, KEY_MS),
    ],
  };
}

/** Which record the card is about, and whether there is more to be decided on it. */
async function shown(page: Page): Promise<{ readonly record: number; readonly whole: boolean }> {
  return page.evaluate(`fetch('/api/v1/conflicts/' + location.pathname.split('/').pop())
    .then((answer) => answer.json())
    .then(({ recordIds, others }) => ({ record: Number(recordIds.A), whole: others.some(({ state }) => state === 'open') }))`);
}

const KEYS: Readonly<Record<Exclude<Take, 'typed'>, string>> = { a: '1', b: '2', base: '3' };

async function answer(page: Page, { take, how }: Way, record: number): Promise<void> {
  const key = take === 'typed' ? 'e' : KEYS[take];
  switch (how) {
    case 'key':
      await page.keyboard.press(key);
      return;
    case 'typed': {
      await page.keyboard.press(key);
      const field = page.getByRole('dialog').getByLabel('Value', { exact: true });
      await field.fill(typed(record));
      await page.keyboard.press('Control+Enter');
      return;
    }
    case 'whole':
      await page.keyboard.press(take === 'a' ? 'Shift+Digit1' : 'Shift+Digit2');
      await page.getByRole('dialog').getByText('fields, as they are now').waitFor();
      await page.keyboard.press('Control+Enter');
      return;
    case 'undone': {
      const here = page.url();
      await page.keyboard.press('1');
      await page.waitForURL((url) => url.href !== here);
      await page.keyboard.press('z');
      await page.waitForURL((url) => url.href === here);
      await cardAfter(page, null);
      await sleep(2 * GUARD_MS);
      await page.keyboard.press(key);
    }
  }
}

function typed(record: number): string {
  return `typed ${String(record)}@c.example`;
}

/** What both databases hold beside what the script says; nothing where all is as it was decided. */
async function heldAgainst(
  { urls }: Accord,
  taken: ReadonlyMap<number, Way>,
  decisions: number,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const side of ['A', 'B'] as const) {
    const { rows } = await withClient(urls[side], (client) =>
      client.query<{ id: string; email: string; phone: string }>(`select id, email, phone from ${table}`),
    );
    if (rows.length !== decisions) wrong.push(`${side} has ${String(rows.length)} records`);
    for (const { id: text, email, phone } of rows) {
      const id = Number(text);
      const way = taken.get(id);
      const base = baseRow(id);
      const want = (column: number, a: string, b: string): string | undefined => {
        if (way === undefined) return undefined;
        return { a, b, base: base[column], typed: typed(id) }[way.take];
      };
      if (email !== want(EMAIL, `${text}@a.example`, `${text}@b.example`))
        wrong.push(`${side} ${text} email ${email}`);
      const phoneWanted = id % 5 === 0 ? want(PHONE, `A${text}`, `B${text}`) : base[PHONE];
      if (phone !== phoneWanted) wrong.push(`${side} ${text} phone ${phone}`);
    }
  }
  return wrong;
}

async function must(what: string, question: () => Promise<boolean>): Promise<void> {
  if ((await until(question, { everyMs: 100, timeoutMs: 120_000 })) === undefined)
    throw new Error(`${what}: waited for in vain`);
}
