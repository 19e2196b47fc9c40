import { describe, expect, it } from '@jest/globals';
import { mentionedIn, withTargetNames } from '../../src/common/target-names.js';

describe('records that sentences name by their ids', () => {
  const sentence = '“rec_7” stands; rec_12, which is not there on B; prec_7 and rec_0 are none; rec_12 again';

  it('are found once each', () => {
    expect(mentionedIn([sentence, 'rec_7'])).toEqual(['rec_7', 'rec_12']);
  });

  it('are called by their names, with the id where it is no value that is quoted', () => {
    const targets = [{ id: 'rec_7', title: 'Brightwater $& Ltd' }];
    expect(withTargetNames(sentence, targets)).toBe(sentence.replace('rec_7', () => 'Brightwater $& Ltd'));
    expect(withTargetNames('waits for rec_7', targets)).toBe('waits for “Brightwater $& Ltd” (rec_7)');
  });
});
