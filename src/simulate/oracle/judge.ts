import type { Evidence, Violation } from './evidence.js';
import { p1Convergence } from './p1-convergence.js';
import { p2NoSilentLoss } from './p2-no-silent-loss.js';
import { p2NoBlindDelete } from './p2-no-blind-delete.js';
import { p3NoInvention } from './p3-no-invention.js';
import { p4Exactness } from './p4-exactness.js';
import { p5Policy } from './p5-policy.js';
import { p5Scope } from './p5-scope.js';
import { p5Together } from './p5-together.js';
import { p5Undone } from './p5-undone.js';
import { p6Idempotence } from './p6-idempotence.js';
import { p7Order } from './p7-order.js';
import { p8Quiescence } from './p8-quiescence.js';
import { p9Clock } from './p9-clock.js';
import { p10Crash } from './p10-crash.js';
import { p11Lineage } from './p11-lineage.js';
import { p12Conflicts } from './p12-conflicts.js';
import { p13References } from './p13-references.js';
import { p14Restores } from './p14-restores.js';
import { p15Life } from './p15-life.js';

/** All properties, by name. */
export const PROPERTIES: Readonly<Record<string, string>> = {
  P1: 'both sides agree wherever nobody is asked',
  P2: 'no value is replaced in silence',
  P3: 'no edit is invented or counted twice',
  P4: 'sums, sets and merges are exact',
  P5: 'policies and decisions are kept',
  P6: 'what comes twice counts once',
  P7: 'the order of reading does not matter',
  P8: 'it comes to rest',
  P9: 'clocks name each event once',
  P10: 'crashes leave nothing half done',
  P11: 'the lineage tells the whole story',
  P12: 'conflicts shown are those that are',
  P13: 'a reference means the same on both sides',
  P14: 'after a restore nothing is lost in silence',
  P15: 'a record is deleted and brought back as people and policies say',
};

const CHECKS = [
  p1Convergence,
  p3NoInvention,
  p4Exactness,
  p5Policy,
  p5Together,
  p5Scope,
  p5Undone,
  p6Idempotence,
  p7Order,
  p8Quiescence,
  p9Clock,
  p10Crash,
  p11Lineage,
  p12Conflicts,
  p13References,
  p14Restores,
  p15Life,
];

/** Everything that is wrong with a run. */
export function judge(evidence: Evidence): Violation[] {
  // What the hub has told and forgotten since was told all the same.
  const ever: Evidence = { ...evidence, told: evidence.everTold };
  return [...p2NoSilentLoss(ever), ...p2NoBlindDelete(ever), ...CHECKS.flatMap((check) => check(evidence))];
}
