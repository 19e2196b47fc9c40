import { setTimeout as sleep } from 'node:timers/promises';
import { UNSEEN } from '../../src/common/veil.js';
import { Veils } from '../../src/database/veils.js';
import { Clock } from '../../src/common/clock.js';
import { AppError } from '../../src/common/errors.js';
import { FailpointReached } from '../../src/common/failpoint.js';
import { RevisionPlans } from '../../src/database/revision-plans.js';
import type { HubPools } from '../../src/database/pools.js';
import { ConflictsService } from '../../src/review/conflicts.service.js';
import { ReviewRules } from '../../src/review/queue/review-rules.js';
import { DecideService } from '../../src/review/decide.service.js';
import type { ConflictDto } from '../../src/review/conflict.dto.js';
import type { DecideDto } from '../../src/review/decision.dto.js';
import { UndoService } from '../../src/review/undo.service.js';
import { actor } from './tester.js';

export interface StewardHabits {
  /** Share of decisions that are taken back. */
  readonly undo: number;
  /** Fields for which a value may be typed; every typed value begins with `typed-` and is new. */
  readonly typing: readonly string[];
  /** Longest time between looking at a conflict and deciding it. */
  readonly hesitateMs: number;
  /** Told what was answered: `decided <id>`, `undone <id>`, and `fault …` for what must not happen. */
  readonly say?: (line: string) => void;
}

/**
 * Decides conflicts as they come, by the services behind the HTTP interface, and takes some decisions back, before and after they are
 * written.
 */
export async function steward(
  pools: HubPools,
  random: () => number,
  habits: StewardHabits,
  signal: AbortSignal,
): Promise<void> {
  const clock = new Clock();
  const plans = new RevisionPlans(pools);
  const veils = new Veils(pools, clock, plans);
  const conflicts = new ConflictsService(pools, plans, new ReviewRules(pools), clock, veils);
  const decisions = new DecideService(pools, plans, clock, conflicts, veils);
  const undoing = new UndoService(pools, plans, clock, veils);
  let typed = 0;

  const one = async (id: string): Promise<void> => {
    const shown: ConflictDto = await conflicts.get(`cf_${id}`, { named: null, sight: UNSEEN });
    await sleep(random() * habits.hesitateMs);
    const input = choice(shown);
    if (input === null) return;
    const { body } = await decisions.decide({
      conflict: shown.id,
      accepted: [`"${String(shown.rev)}-${shown.state}"`],
      input,
      by: actor('steward'),
      idempotencyKey: undefined,
    });
    habits.say?.(`decided ${body.id}`);
    if (random() >= habits.undo) return;
    await sleep(random() * 600);
    const undone = await undoing.undo({ decision: body.id, by: actor('steward'), idempotencyKey: undefined });
    habits.say?.(`undone ${undone.body.id}`);
  };

  const choice = (shown: ConflictDto): DecideDto | null => {
    if (habits.typing.includes(shown.unit) && random() < 0.3)
      return { take: 'value', value: `typed-${String(process.pid)}-${String(++typed)}` };
    const keys = shown.candidates.map(({ key }) => key);
    const sides = (['a', 'b'] as const).filter((key) => keys.includes(key));
    const take = sides[Math.floor(random() * sides.length)];
    return take === undefined ? null : { take };
  };

  while (!signal.aborted) {
    const { rows } = await pools.general
      .query<{ id: string }>(`select id from conflict where state = 'open' order by random() limit 4`)
      .catch(() => ({ rows: [] }));
    if (rows.length === 0) await sleep(20);
    // What moved meanwhile is refused, a database may be down for a moment: everything else is a fault.
    await Promise.all(
      rows.map(({ id }) =>
        one(id).catch((error: unknown) => {
          if (error instanceof AppError || error instanceof FailpointReached) return;
          const line = /connection|queryable/i.test(String(error));
          if (!line && (error as { code?: unknown }).code === undefined)
            habits.say?.(`fault ${String(error)}`);
        }),
      ),
    );
  }
}
