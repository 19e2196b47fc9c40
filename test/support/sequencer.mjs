import Sequencer from '@jest/test-sequencer';

/**
 * Suites that take longest, in order of their length: begun first, so that none of them runs alone at the end. Jest orders by the times of
 * earlier runs, which a fresh clone does not have.
 */
const longest = [
  'test/web/every-state.ui.spec.ts',
  'test/proof/kills.db.spec.ts',
  'test/web/review.ui.spec.ts',
  'test/web/screens.ui.spec.ts',
  'test/web/access.ui.spec.ts',
  'test/docker/image.e2e.spec.ts',
  'test/cli/service-process.e2e.spec.ts',
  'test/web/queue.ui.spec.ts',
  'test/sync/kill.db.spec.ts',
  'test/proof/servers.db.spec.ts',
  'test/bench/run.e2e.spec.ts',
  'test/simulate/mutants.spec.ts',
  'test/sync/first-load.db.spec.ts',
  'test/sync/kill-references.db.spec.ts',
  'test/cli/simulate.e2e.spec.ts',
  'test/simulate/mixed.spec.ts',
  'test/sync/restored.db.spec.ts',
  'test/cli/commands.e2e.spec.ts',
  'test/cli/pipelines-folder.e2e.spec.ts',
  'test/web/mail.ui.spec.ts',
  'test/proof/schedules.db.spec.ts',
  'test/simulate/versioned.spec.ts',
  'test/simulate/lane.spec.ts',
  'test/sync/absence-guard.db.spec.ts',
  'test/sync/delete-vs-edit.db.spec.ts',
  'test/embedded/embedded-postgres.db.spec.ts',
];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const found = longest.findIndex((name) => path.endsWith(name));
      return found < 0 ? longest.length : found;
    };
    return super.sort(tests).sort((x, y) => place(x) - place(y));
  }
}
