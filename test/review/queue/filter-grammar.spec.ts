import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../src/common/errors.js';
import { parseFilter } from '../../../src/review/queue/filter-grammar.js';
import { readQueueFilter } from '../../../src/review/queue/queue-filter.js';

const context = {
  me: '01990000-0000-7000-8000-000000000001',
  now: Date.parse('2026-11-02T10:00:00Z'),
  pipelines: [
    { id: 1, name: 'companies', queue: 'crm' },
    { id: 2, name: 'people', queue: null },
  ],
  unsearchable: new Map(),
};

describe('the filter of the queue', () => {
  it('is terms that must all hold, each with one of its values, and words of the title', () => {
    expect(parseFilter(' kind:value,group  -assignee:none author:"Dana \\"D\\" Fox" Ann ')).toEqual([
      {
        name: 'kind',
        negated: false,
        at: 1,
        values: [
          { text: 'value', at: 6 },
          { text: 'group', at: 12 },
        ],
      },
      { name: 'assignee', negated: true, at: 19, values: [{ text: 'none', at: 29 }] },
      { name: 'author', negated: false, at: 34, values: [{ text: 'Dana "D" Fox', at: 41 }] },
      { name: 'title', negated: false, at: 58, values: [{ text: 'Ann', at: 58 }] },
    ]);
  });

  it.each([
    ['priorty:high', 0, 'the name of a filter, such as priority'],
    ['kind:value zzzzzz:1', 11, 'one of pipeline'],
    ['kind:', 5, 'a value'],
    ['kind:a,', 7, 'a value'],
    ['author:"Dana', 7, 'a second " where the value ends'],
    ['author:"Dana"x', 13, 'a space before the next term'],
    ['priority:high,hot', 14, 'urgent, high, normal, low'],
    ['due:<soon', 5, 'a span such as 4h or 2d, or a date'],
    ['due:soon', 4, 'overdue, today, week, none, set'],
    ['age:old', 4, 'a bound such as <1h'],
    ['record:42', 7, 'the id of a record'],
    ['pipeline:nowhere', 9, 'the name of a pipeline'],
    ['queue:erp', 6, 'the name of a queue'],
    ['state:closed,open', 0, 'each is a list of its own'],
    [`title:${'x'.repeat(1_000)}`, 1_000, 'at most 1000 characters'],
  ])('%s: is refused with the position and what was expected there', (filter, position, expected) => {
    let thrown: unknown;
    try {
      readQueueFilter(filter, context);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown).toMatchObject({
      code: 'filter-invalid',
      httpStatus: 400,
      details: { position, expected: expect.stringContaining(expected) as unknown },
      faults: [{ pointer: '/filter' }],
    });
  });

  it('leaves out pipelines, and takes those of a queue', () => {
    const named = (filter: string): string[] =>
      readQueueFilter(filter, context).pipelines.map(({ name }) => name);
    expect([
      named(''),
      named('queue:crm'),
      named('-pipeline:companies'),
      named('pipeline:companies,people'),
    ]).toEqual([['companies', 'people'], ['companies'], ['people'], ['companies', 'people']]);
  });
});
