import { SIDES, type Side } from '../../core/clock.js';
import type { Reading } from '../../connectors/memory/exchange.js';
import type { Backup } from '../../connectors/memory/system.js';
import { RECORD, type StoreBackup } from '../hub/store.js';
import { giveBack, reunite, takeAsEdits } from '../hub/restored.js';
import type { Told } from '../hub/told.js';
import { unitValue } from './people.js';
import type { Stage } from './stage.js';

/** A restore that happened, for whoever judges. */
export interface Restored {
  readonly of: Side | 'hub';
  readonly how: 'give-back' | 'take';
  readonly backupAt: number;
  readonly at: number;
  /** What stood on the sides then, by unit. */
  readonly stood: Readonly<Record<Side, Readonly<Record<string, unknown>>>>;
  /** What the hub remembered, with what it had read by then. */
  readonly told: readonly Told[];
}

/** Copies of the sides and of the hub's database, and what was set back to them. */
export class Backups {
  readonly restored: Restored[] = [];
  /** What the hub had told and does not know any more. */
  readonly lost: Told[] = [];
  readonly #sides: Partial<Record<Side, { readonly at: number; readonly backup: Backup }>> = {};
  #hub: { readonly at: number; readonly backup: StoreBackup } | undefined;

  take(world: Stage, of: Side | 'hub'): void {
    const at = world.now;
    if (of === 'hub') this.#hub = { at, backup: world.hub.store.backup() };
    else this.#sides[of] = { at, backup: world.systems[of].backup() };
  }

  /** Only sides with a log: the others are read through a protocol that no product speaks yet. */
  restore(world: Stage, of: Side | 'hub', how: 'give-back' | 'take'): void {
    const backupAt = (of === 'hub' ? this.#hub : this.#sides[of])?.at;
    if (backupAt === undefined || !SIDES.every((side) => world.isLog(side))) return;
    // Whoever is connected is cut off; what had arrived has arrived.
    world.network.crash(false);
    world.delivered.length = 0;
    if (of === 'hub') this.lost.push(...world.hub.restore((this.#hub as { backup: StoreBackup }).backup));
    else {
      world.systems[of].restore((this.#sides[of] as { backup: Backup }).backup, world.now);
      for (const side of SIDES) world.hub.lost(side);
    }
    for (const side of SIDES) world.settle(side);
    const values = (side: Side): Readonly<Record<string, unknown>> => {
      const standing = world.systems[side].standing(RECORD);
      return standing?.alive !== true
        ? {}
        : Object.fromEntries(
            world.plan.units.map((unit) => [unit.key, unitValue(unit, side, standing.values)]),
          );
    };
    const { now, hub } = world;
    const stood = { A: values('A'), B: values('B') };
    const reading = (side: Side): Reading => world.systems[side].read(RECORD, world.now);
    const { A, B } = world.systems;
    if (of === 'hub')
      world.hub.readAnew({ A: A.position, B: B.position }, (context) =>
        reunite(context, { A: reading('A'), B: reading('B') }),
      );
    else
      world.hub.readAnew({ [of]: world.systems[of].position }, (context) =>
        (how === 'take' ? takeAsEdits : giveBack)(context, of, reading(of)),
      );
    this.restored.push({ of, how, backupAt, at: now, stood, told: [...hub.store.told] });
  }
}
