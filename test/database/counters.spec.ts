import { describe, expect, it } from '@jest/globals';
import { parseLabels } from '../../src/database/counters.js';

describe('labels of a counter', () => {
  it.each([
    ['', {}],
    ['A', { side: 'A' }],
    ['result=missed,side=B', { result: 'missed', side: 'B' }],
    ['kind=a=b', { kind: 'a=b' }],
  ])('are read from %j', (text, labels) => {
    expect(parseLabels(text)).toEqual(labels);
  });
});
