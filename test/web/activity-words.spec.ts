import { describe, expect, it } from '@jest/globals';
import { activityStrings } from '../../web/src/strings-activity.js';
import { leaves } from '../access/leaves.js';

describe('the Activity page', () => {
  it('has words for everything that a request leaves in the audit log', () => {
    const actions = Object.values(leaves).filter((action) => action !== null);
    expect(actions.filter((action) => activityStrings.actions[action] === undefined)).toEqual([]);
    expect(actions.length).toBeGreaterThan(30);
  });
});
