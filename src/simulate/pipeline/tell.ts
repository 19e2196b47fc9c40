import { SIDES, type Side } from '../../core/clock.js';
import type { UnitPlan } from '../../core/plan.js';
import type { Canon, Raw } from '../../core/value.js';
import type { Happening } from '../../connectors/memory/happening.js';
import { RECORD } from '../hub/store.js';
import { ALL_ON } from '../hub/switches.js';
import type { History } from '../run.js';
import type { Action } from '../world/action.js';
import { drain } from '../world/drain.js';
import { unitValue } from '../world/people.js';
import { World } from '../world/world.js';
import type { PipelineScenario } from './pipeline-scenario.js';
import { shown, tellAction, tellHub, type Names } from './words.js';

/** One step of a story. */
export interface Step {
  readonly who: string;
  readonly did: string;
}

/** Plays a history up to its first rest and tells what everybody did, in order, in the words of the pipeline. */
export function tell({ setup, actions }: History, scenario: PipelineScenario): readonly Step[] {
  const world = new World(setup, ALL_ON, scenario.plan(setup), scenario.habits);
  const { sides } = world.plan;
  const names: Names = { A: sides.A.label, B: sides.B.label };
  const steps: Step[] = [];
  const journals = { A: new Journal(world, 'A', names), B: new Journal(world, 'B', names) };
  let heard = world.hub.store.told.length;
  const look = (): boolean => {
    const fresh = SIDES.flatMap((side) => journals[side].next());
    for (const row of world.hub.store.told.slice(heard)) {
      const did = tellHub(row, names);
      if (did !== null) fresh.push({ at: row.at, who: 'Accord', did });
    }
    heard = world.hub.store.told.length;
    steps.push(...fresh.sort((x, y) => x.at - y.at).map(({ who, did }) => ({ who, did })));
    return fresh.length > 0;
  };
  const before = new Set<Action['do']>([
    'crash',
    'decide',
    'undo',
    'timeout',
    'again',
    'pause',
    'read',
    'serve',
  ]);
  for (const action of actions) {
    const said = tellAction(action, names, world.hub.paused);
    if (said !== null && before.has(action.do)) steps.push(said);
    world.act(action);
    const seen = look();
    // What has effects is told by them, unless something went wrong on the way.
    const plain = 'fault' in action && action.fault === 'none' && seen;
    if (said !== null && !before.has(action.do) && !plain) steps.push(said);
  }
  steps.push({ who: 'Network', did: 'everything works again, and nobody edits any more' });
  drain(world);
  look();
  return steps;
}

/** Reads one side's journal as it grows. */
class Journal {
  #read: number;
  #values: Readonly<Record<string, Raw>>;

  constructor(
    private readonly world: World,
    private readonly side: Side,
    private readonly names: Names,
  ) {
    this.#read = world.systems[side].journal.length;
    this.#values = world.systems[side].standing(RECORD)?.values ?? {};
  }

  next(): { readonly at: number; readonly who: string; readonly did: string }[] {
    const { journal } = this.world.systems[this.side];
    const fresh = journal.slice(this.#read);
    this.#read = journal.length;
    return fresh.flatMap((entry) => {
      const did = this.#tell(entry);
      return did === null ? [] : [{ at: entry.at, who: this.names[this.side], did }];
    });
  }

  #tell({ op, origin, after, by }: Happening): string | null {
    const who = {
      hub: 'Accord',
      automation: 'an automation',
      trigger: 'a trigger',
      restore: 'a restore',
      user: by?.name ?? 'somebody',
    }[origin];
    if (op === 'delete') return `${who} deletes the record`;
    const before = this.#values;
    this.#values = { ...before, ...after };
    const units = this.world.plan.units.filter((unit) =>
      unit.members.some((member) => (member[this.side] ?? '') in after),
    );
    const changes = units.map((unit) => this.#change(unit, before)).join(', ');
    if (op === 'insert') return `${who} makes the record again: ${changes}`;
    if (changes === '') return null;
    return origin === 'hub' ? `Accord's write arrives: ${changes}` : `${who} changes ${changes}`;
  }

  #change(unit: UnitPlan, before: Readonly<Record<string, Raw>>): string {
    const value = (values: Readonly<Record<string, Raw>>): Canon => unitValue(unit, this.side, values);
    return `${unit.key} from ${shown(value(before))} to ${shown(value(this.#values))}`;
  }
}
