const count = (value: number, one: string, many: string) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

export interface Cause {
  /** What it means, in plain words. */
  readonly means: string;
  /** What helps. */
  readonly hint: string;
}

/** Words of what sides refused, across all pipelines. */
export const deadLetterStrings = {
  title: 'Dead letters',
  lead: 'Values that a system refused, by cause. Each is held alone; the rest of its record flows on. A value that is changed or written later takes its dead letter away.',
  none: 'No system refuses anything',
  noneHint: 'What a system would not take appears here, with why, and is tried again on request.',
  noneFor: (pipeline: string) => `${pipeline} has no dead letters`,
  all: 'All pipelines',
  total: (values: number) => count(values, 'value is held', 'values are held'),
  cause: (values: number) => count(values, 'value', 'values'),
  what: (values: number, unit: string) => `${count(values, 'value', 'values')} of ${unit}`,
  refusedBy: (label: string) => `refused by ${label}`,
  said: 'The system said',
  first: 'first',
  last: 'last',
  records: 'Records',
  retryOne: (record: string) => `Retry ${record}`,
  retryOneHint: 'Try one first; when it goes through, try the rest.',
  retry: (values: number) => (values === 1 ? 'Retry it' : `Retry all ${values.toLocaleString('en')}`),
  others: (more: number) => `and ${more.toLocaleString('en')} more`,
  retried: (values: number) =>
    values === 0 ? 'Nothing was left to try.' : `${count(values, 'value is', 'values are')} sent again now.`,
  retrying: 'Retrying',
  unavailable: (pipeline: string, why: string) =>
    `The dead letters of ${pipeline} could not be loaded: ${why}`,
  causes: {
    'value-too-long': {
      means: 'The field there is too short for the value.',
      hint: 'Shorten the value, or widen the column; then retry.',
    },
    'value-out-of-range': {
      means: 'The number or date is larger than the field there can hold.',
      hint: 'Correct the value, or give the column a larger type; then retry.',
    },
    'value-unstorable': {
      means: 'The value has characters that the system cannot store.',
      hint: 'Remove them in the other system: the new value is tried by itself.',
    },
    'value-invalid': {
      means: 'The system does not accept the value as one of the field’s type.',
      hint: 'Correct the value where it was made, or the mapping of the field; then retry.',
    },
    'value-required': {
      means: 'The field must have a value there, and this is blank.',
      hint: 'Fill it in, or let the pipeline give it a default; then retry.',
    },
    'value-too-large': {
      means: 'The value is larger than the system accepts.',
      hint: 'Shorten the value; then retry.',
    },
    'value-not-unique': {
      means: 'Another record there already has this value, and only one may.',
      hint: 'Find the other record: perhaps the two are the same. Change one of them; then retry.',
    },
    'value-excluded': {
      means: 'It overlaps with another record there, which is not allowed.',
      hint: 'Change one of the two; then retry.',
    },
    'reference-missing': {
      means: 'It points to a record that does not exist there.',
      hint: 'Make the record that it points to: a field declared as a reference is then tried by itself. Otherwise retry.',
    },
    'check-failed': {
      means: 'A rule of the database there forbids the value.',
      hint: 'The rule’s name stands in what the system said. Correct the value, or the rule; then retry.',
    },
    'constraint-failed': {
      means: 'A rule of the database there forbids the value.',
      hint: 'The rule’s name stands in what the system said. Correct the value, or the rule; then retry.',
    },
    'field-read-only': {
      means: 'The field cannot be written there.',
      hint: 'Let the pipeline send the field one way only, or write another column.',
    },
    'refused-by-row-security': {
      means: 'Accord’s account may not write this record there.',
      hint: 'Give the account the right to it; then retry.',
    },
    'refused-by-view-check': {
      means: 'The record would no longer be visible in the view that is written to.',
      hint: 'Correct the value, or the view; then retry.',
    },
    'refused-by-trigger': {
      means: 'A program in the database there refused it.',
      hint: 'What it said stands below. Correct the value, or ask whoever looks after the system; then retry.',
    },
    unwritable: {
      means: 'The mapping cannot turn the value into one for that system.',
      hint: 'Change the mapping of the field, or the value.',
    },
    unreadable: {
      means: 'The mapping cannot read what stands in that system.',
      hint: 'Correct the value there: it is read again by itself. Or change the mapping of the field.',
    },
    refused: {
      means: 'The system refused it.',
      hint: 'What it said stands below. Remove the reason; then retry.',
    },
  } as Readonly<Record<string, Cause>>,
} as const;
