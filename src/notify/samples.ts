import type { MailConflictRow, NewConflicts } from '../database/sql/notify/new-conflicts.js';
import { dailyLetter } from './daily-mail.js';
import { digestLetter } from './digest-mail.js';
import type { Footer, Letter } from './letter.js';
import { linkLetter } from './link-mail.js';
import { newConflictsLetter } from './new-conflicts-mail.js';
import { workLetter, type Subjects, type WorkNews } from './work-mail.js';
import { troubleHeading, troubleItem, troubleLetter, type Trouble } from './trouble-mail.js';

export interface Sample {
  readonly name: string;
  readonly letter: Letter;
  readonly footer: Footer;
}

const fields = {
  name: { a: 'name', b: 'title' },
  phone: { a: 'phone', b: 'tel' },
  email: { a: 'email', b: 'mail', pii: true },
  city: { a: 'city', b: 'city' },
} as const;

function conflict(
  n: number,
  unit: string,
  values: readonly [string, string],
  more: Partial<MailConflictRow> = {},
): MailConflictRow {
  return {
    id: `019a0000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    rev: 1,
    kind: 'value',
    state: 'open',
    pipeline_id: 1,
    pipeline: 'companies',
    link_id: 40 + n,
    unit,
    title: 'Nordwind Kaffeerösterei GmbH & Co. KG',
    revision: 1,
    title_unit: 'name',
    reason: 'both sides changed it within 3 seconds',
    candidates: [
      { key: 'a', side: 'A', v: values[0] },
      { key: 'b', side: 'B', v: values[1] },
    ],
    labels: { A: 'CRM', B: 'Support desk' },
    fields,
    groups: null,
    ...more,
  };
}

const one = conflict(1, 'phone', ['+49 40 555 0101', '+49 40 555 0199']);
const many = [
  one,
  conflict(2, 'email', ['a', 'b'], { title: 'Bolt Ltd' }),
  conflict(3, '$life', ['deleted', 'live'], { title: 'Čerňák & syn', reason: 'deleted on one side' }),
  conflict(
    4,
    'city',
    ['', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsstadt'],
    {
      title:
        'A name that is so long that no line of a narrow screen could ever hold it, not even if it tried',
    },
  ),
];
const storm: NewConflicts = {
  total: 1_140,
  more: false,
  groups: [
    { pipeline: 'companies', unit: 'phone', count: 1_096 },
    { pipeline: 'companies', unit: 'email', count: 41 },
    { pipeline: 'people', unit: '$life', count: 3 },
  ],
  listed: many,
};
const single = (row: MailConflictRow): NewConflicts => ({
  total: 1,
  more: false,
  groups: [{ pipeline: row.pipeline, unit: row.unit, count: 1 }],
  listed: [row],
});

const troubles: readonly Trouble[] = [
  {
    what: 'guard',
    id: '019a0000-0000-7000-8000-000000000009',
    pipeline: 'companies',
    label: 'CRM',
    other: 'Support desk',
    kind: 'deletes',
    subject: '',
    count: 1_200,
    most: 20,
  },
  {
    what: 'halted',
    pipeline: 'companies',
    detail:
      'CRM was restored from a backup, or replaced by another database.\nSay what is right, and it goes on.',
  },
  {
    what: 'paused',
    pipeline: 'people',
    label: 'Support desk',
    by: 'Dana Fox',
    reason: 'migration of the support desk',
  },
];

/** Every mail there is, with made-up content that is hard to set: long, foreign, personal, many. @param now ms */
export function mailSamples(publicUrl: string, now: number): Sample[] {
  const answers = ['Take CRM', 'Take Support desk'].map((label) => ({
    label,
    link: `${publicUrl}/conflicts/cf_${one.id}/answer#sample`,
  }));
  const personal: Footer = {
    reason: 'You get this mail because of your roles in Accord, or because you have chosen it.',
    settingsLink: `${publicUrl}/settings/notifications`,
    unsubscribeLink: `${publicUrl}/unsubscribe#sample`,
  };
  const fixed: Footer = {
    reason: 'You get this mail because an admin of this Accord service has entered your address.',
    settingsLink: null,
    unsubscribeLink: null,
  };
  const subjects: Subjects = {
    items: new Map(),
    conflicts: new Map(many.map((row) => [row.id, row])),
  };
  const work: Omit<WorkNews, 'what'> = {
    pipeline: 'companies',
    by: 'Ann Lee',
    text: null,
    count: 1,
    items: [{ id: one.id, subject: 'conflict' }],
  };
  const [guard] = troubles;
  const row = { state: 'running', paused: false, guards: 0, oldest: new Date(now - 3 * 86_400_000) };
  const daily = dailyLetter(
    [
      { ...row, pipeline: 'companies', open: 214, opened: 31, closed: 58, guards: 1 },
      { ...row, pipeline: 'people', open: 0, opened: 2, closed: 2, oldest: null, paused: true },
    ],
    now,
    publicUrl,
  );
  const letters: readonly (readonly [string, Letter | null, Footer?])[] = [
    ['conflict', newConflictsLetter(single(one), publicUrl, answers)],
    ['conflict-personal-data', newConflictsLetter(single(many[1] ?? one), publicUrl, answers)],
    ['conflicts-storm', newConflictsLetter(storm, publicUrl)],
    ['pipeline-guard', guard === undefined ? null : troubleLetter([guard], publicUrl)],
    ['pipelines-stopped', troubleLetter(troubles, publicUrl)],
    [
      'digest',
      digestLetter(
        {
          ...storm,
          total: 4,
          groups: storm.groups.map((group, i) => ({ ...group, count: i === 0 ? 2 : 1 })),
        },
        [
          {
            words: troubleHeading(troubles),
            items: troubles.map((trouble) => troubleItem(trouble, publicUrl)),
          },
        ],
        publicUrl,
      ),
    ],
    ['assigned', workLetter('assigned', [{ ...work, what: 'assigned' }], subjects, publicUrl)],
    [
      'deadlines',
      workLetter(
        'deadlines',
        [
          { ...work, what: 'risk', by: '' },
          {
            ...work,
            what: 'due',
            by: '',
            count: 12,
            items: many.map(({ id }) => ({ id, subject: 'conflict' })),
          },
        ],
        subjects,
        publicUrl,
      ),
    ],
    [
      'comment',
      workLetter(
        'comments',
        [{ ...work, what: 'asked', text: 'They moved in May. Is the new number theirs or the agency’s?' }],
        subjects,
        publicUrl,
      ),
    ],
    ['daily', daily],
    ['invitation', linkLetter('Lee Park', { why: 'invitation', by: 'Ann Lee' }, publicUrl), fixed],
    ['new-password', linkLetter('Lee Park', { why: 'new-password', by: 'Ann Lee' }, publicUrl), fixed],
  ];
  return letters.flatMap(([name, letter, footer = personal]) =>
    letter === null ? [] : [{ name, letter, footer }],
  );
}
