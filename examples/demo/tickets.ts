import type { PersonIds } from './people.js';
import { seeded } from './seeded.js';

export interface TicketRows {
  readonly cases: readonly object[];
  readonly tickets: readonly object[];
}

const shared = 500;
const onlyCrm = 40;
const onlySupport = 120;

const subjects = [
  'Antenna without a signal',
  'Firmware does not start',
  'Invoice is wrong',
  'Spare part missing',
  'Training wanted',
  'Display flickers',
];
const states = ['open', 'waiting', 'solved'] as const;

/** What people of the companies ask support for, made up from a fixed seed. Each side names the person and the company by ids of its own. */
export function ticketRows(people: readonly PersonIds[]): TicketRows {
  const faker = seeded(20_260_603);
  const cases: object[] = [];
  const tickets: object[] = [];
  const everywhere = people.filter(({ contact, user }) => contact !== null && user !== null);
  for (let i = 0; i < shared + onlyCrm + onlySupport; i++) {
    const person = faker.helpers.arrayElement(everywhere);
    const number = 50_000 + i;
    const subject = `${faker.helpers.arrayElement(subjects)} (${faker.commerce.product().toLowerCase()})`;
    const state = faker.helpers.arrayElement(states);
    const urgent = faker.datatype.boolean(0.2);
    const opened = faker.date.recent({ days: 60 });
    if (i < shared + onlyCrm)
      cases.push({
        case_no: `T-${number}`,
        subject,
        status: { open: 'Open', waiting: 'Waiting', solved: 'Closed' }[state],
        urgent,
        contact_id: person.contact,
        account_id: person.account,
        opened_at: opened,
      });
    if (i < shared || i >= shared + onlyCrm)
      tickets.push({
        id: faker.string.uuid(),
        number,
        title: subject,
        state,
        urgent,
        requester_id: person.user,
        organization_id: person.organization,
        created_at: opened,
      });
  }
  return { cases, tickets };
}
