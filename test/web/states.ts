import type { Locator, Page } from 'playwright-core';

/** A state of the screen that somebody can be in: an address, and what is done there to come to it. */
export interface ScreenState {
  readonly name: string;
  /** `{record}`: the record that the service of the suite has in every kind of trouble. */
  readonly path: string;
  /** There when the state is reached. */
  readonly sign: (page: Page) => Locator;
  readonly reach?: (page: Page) => Promise<void>;
  /** Rules of axe that are not for it. */
  readonly but?: readonly string[];
}

/** The time in which a key is not taken for the card that has just appeared, and a little. */
const GUARD_MS = 450;

const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first();
const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).first();
const dialog =
  (name: string | RegExp = /./) =>
  (page: Page) =>
    page.getByRole('dialog', { name }).last();
const button = (name: string) => (page: Page) => page.getByRole('button', { name }).first();
const click = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
const press = (key: string) => async (page: Page) => {
  await text(/conflicts wait for a decision/)(page).waitFor();
  await page.keyboard.press(key);
};
const choose = (button: string | RegExp, item: string | RegExp) => async (page: Page) => {
  await click(button)(page);
  await page.getByRole('menuitem', { name: item }).click();
};

/** The card of the first conflict that fits, and a key on it. */
const card = (filter: string, name: string, sign: ScreenState['sign'], key?: string): ScreenState => ({
  name,
  path: `/conflicts?filter=${encodeURIComponent(filter)}`,
  sign,
  reach: async (page) => {
    await page.getByRole('gridcell').first().click();
    await page.getByRole('article').waitFor();
    await page.waitForTimeout(GUARD_MS);
    if (key !== undefined) await page.keyboard.press(key);
  },
});
const value = 'field:email';

export const screenStates: readonly ScreenState[] = [
  { name: 'overview', path: '/', sign: text(/conflicts wait for a decision/) },
  { name: 'palette', path: '/', sign: dialog(), reach: press('Control+k') },
  { name: 'key help', path: '/', sign: dialog(), reach: press('?') },
  { name: 'pipelines', path: '/pipelines', sign: text('companies') },
  { name: 'pipeline', path: '/pipelines/companies', sign: text(/refused by Support/) },
  { name: 'pausing', path: '/pipelines/companies', sign: dialog(), reach: click('Pause') },
  {
    name: 'what a guard holds',
    path: '/pipelines/companies',
    sign: text('a@x.com'),
    reach: click('Show it'),
  },
  {
    name: 'answering a guard',
    path: '/pipelines/companies',
    sign: dialog(),
    reach: click('Take back in CRM'),
  },
  {
    name: 'differences of a verification',
    path: '/pipelines/companies',
    sign: text('Nokia Oyj'),
    reach: click('Show 1 difference'),
  },
  { name: 'a load to accept', path: '/pipelines/people', sign: text('To be asked about, 9 points') },
  { name: 'records', path: '/records', sign: text('A-1') },
  { name: 'no record found', path: '/records?q=nothing-is-called-so', sign: heading(/./) },
  { name: 'record', path: '/records/{record}', sign: heading('Sync') },
  { name: 'excluding a record', path: '/records/{record}', sign: dialog(), reach: click('Exclude') },
  { name: 'a deleted record', path: '/records/{deleted}', sign: text('Restore on both systems') },
  { name: 'dead letters', path: '/dead-letters', sign: text('The system refused it.') },
  { name: 'activity', path: '/activity', sign: text('made a token') },
  {
    name: 'an entry of the activity',
    path: '/activity',
    sign: text(/^Entry \d+/),
    reach: click(/^Details: /),
  },
  { name: 'account', path: '/settings/account', sign: text('Change password') },
  { name: 'tokens', path: '/settings/tokens', sign: button('Make a token') },
  { name: 'making a token', path: '/settings/tokens', sign: dialog(), reach: click('Make a token') },
  { name: 'keyboard', path: '/settings/keyboard', sign: text('Decide again what was undone') },
  { name: 'choosing a key', path: '/settings/keyboard', sign: dialog(), reach: click(/^Change the key for/) },
  { name: 'notifications', path: '/settings/notifications', sign: text('to tester@example.org') },
  { name: 'people', path: '/settings/people', sign: text('Bea Second') },
  { name: 'inviting', path: '/settings/people', sign: dialog(), reach: click('Invite') },
  {
    name: 'changing a person',
    path: '/settings/people',
    sign: dialog(),
    reach: choose('Actions for Bea Second', 'Change'),
  },
  { name: 'connections', path: '/settings/connections', sign: text('spare') },
  {
    name: 'a new connection',
    path: '/settings/connections',
    sign: dialog(),
    reach: click('Add a connection'),
  },
  {
    name: 'a connection that was tried',
    path: '/settings/connections',
    sign: (page) => dialog()(page).getByText(/^It does not work as it is/),
    reach: async (page) => {
      await choose('Actions for spare', 'Change')(page);
      await click('Test without saving')(page);
    },
  },
  {
    name: 'removing a connection',
    path: '/settings/connections',
    sign: dialog(),
    reach: choose('Actions for spare', 'Remove'),
  },
  { name: 'conflicts', path: '/conflicts', sign: (page) => page.getByRole('gridcell').first() },
  { name: 'no conflict fits', path: '/conflicts?filter=title%3Anothing', sign: text('Clear the filter') },
  {
    name: 'a filter that cannot be read',
    path: '/conflicts?filter=priority%3Ahi+kind%3Avalue',
    sign: text(/expected urgent/),
  },
  { name: 'conditions', path: '/conflicts', sign: dialog(), reach: click('Add a condition') },
  card(value, 'card', (page) => page.getByRole('article')),
  card(value, 'note', dialog('Note'), 'n'),
  // The list of people lies over the dialog, outside of it and of every landmark; the field it belongs to owns it.
  { ...card(value, 'assigning', dialog('Assign'), 'a'), but: ['region'] },
  card(value, 'snoozing', dialog('Snooze'), 's'),
  card(value, 'due date', dialog('Due date'), 't'),
  card(value, 'another value', dialog(), 'e'),
  card(value, 'whole record', dialog(), 'Shift+Digit1'),
  card(value, 'history', dialog(), 'h'),
  card(value, 'why', dialog(), 'w'),
  card('field:tags', 'asking for an opinion', dialog('Second opinion'), 'f'),
  card('field:amount', 'an opinion that is asked for', text(/asks Ann Tester for a second opinion/)),
  card('field:amount', 'giving an opinion', dialog(/^Second opinion: what/), 'f'),
  card('field:notes', 'personal data, covered', text('Personal data is covered')),
  card('kind:delete,delete-vs-edit', 'a deletion', (page) => page.getByRole('article')),
  card('kind:guard', 'a guard', heading(/was wiped in many records/)),
  card('kind:guard', 'a guard that is answered', dialog('Take back in CRM'), '2'),
  card('state:closed', 'a conflict that is over', text(/^Closed/)),
  { name: 'nothing at an address', path: '/nothing/here', sign: text('There is nothing at this address.') },
  { name: 'a link that leads nowhere', path: '/welcome#none', sign: heading('This link leads nowhere') },
  { name: 'unsubscribing in vain', path: '/unsubscribe#none', sign: heading(/./) },
];

/** The places that load something, as they are before it comes, and where it cannot. */
export const loadingPlaces: readonly string[] = [
  '/',
  '/conflicts',
  '/pipelines',
  '/pipelines/companies',
  '/records',
  '/records/{record}',
  '/dead-letters',
  '/activity',
  '/settings/tokens',
  '/settings/notifications',
  '/settings/people',
  '/settings/connections',
];
