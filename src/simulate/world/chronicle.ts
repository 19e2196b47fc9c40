import { SIDES } from '../../core/clock.js';
import type { History, RunOptions } from '../run.js';
import { ALL_ON } from '../hub/switches.js';
import type { Told } from '../hub/told.js';
import type { Action } from './action.js';
import { drain } from './drain.js';
import { World } from './world.js';

/** One line of what happened. */
export interface Happened {
  readonly at: number;
  readonly who: 'people' | 'network' | 'CRM' | 'ERP' | 'hub';
  readonly said: string;
}

const NAMES = { A: 'CRM', B: 'ERP' } as const;

/** Plays a history up to its first rest and tells what everybody did, in order. */
export function chronicle({ setup, actions }: History, { switches, plan }: RunOptions): readonly Happened[] {
  const world = new World(setup, switches ?? ALL_ON, plan);
  const lines: Happened[] = [];
  const seen = { A: world.systems.A.journal.length, B: world.systems.B.journal.length };
  // By themselves, not by their number: a hub that is set back has told less than before, and goes on at once.
  const heard = new Set<Told>();
  const note = (): void => {
    const fresh: Happened[] = [];
    for (const side of SIDES) {
      for (const { at, op, before, after, origin } of world.systems[side].journal.slice(seen[side])) {
        const who = NAMES[side];
        if (op === 'delete') fresh.push({ at, who, said: `${origin} deletes the record` });
        else
          fresh.push({
            at,
            who,
            said: `${origin} ${op === 'insert' ? 'makes the record: ' : ''}${changes(before, after)}`,
          });
      }
      seen[side] = world.systems[side].journal.length;
    }
    for (const row of world.hub.store.told) {
      if (heard.has(row)) continue;
      heard.add(row);
      fresh.push({ at: row.at, who: 'hub', said: tellHub(row) });
    }
    lines.push(...fresh.sort((x, y) => x.at - y.at));
  };
  for (const action of actions) {
    world.act(action);
    const said = tellAction(action);
    if (said !== null)
      lines.push({
        at: world.now,
        who: action.do === 'decide' || action.do === 'undo' ? 'people' : 'network',
        said,
      });
    note();
  }
  lines.push({ at: world.now, who: 'network', said: 'everything works now, and nobody edits any more' });
  drain(world);
  note();
  return lines;
}

function changes(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string {
  return Object.keys(after)
    .map((key) => `${key} ${JSON.stringify(before[key] ?? null)} → ${JSON.stringify(after[key])}`)
    .join(', ');
}

/** What the network and the processes do; edits show in the systems' own lines. */
function tellAction(action: Action): string | null {
  switch (action.do) {
    case 'serve':
      return `a read of ${NAMES[action.side]} is answered with a state up to ${String(action.lagMs)} ms old`;
    case 'arrive':
      return `the answer to a read of ${NAMES[action.side]} ${fault(action.fault)}`;
    case 'carry':
      return `a write to ${NAMES[action.side]} ${fault(action.fault)}`;
    case 'answer':
      return `the answer to a write to ${NAMES[action.side]} ${fault(action.fault)}`;
    case 'timeout':
      return `no answer comes from ${NAMES[action.side]} in time`;
    case 'crash':
      return `the hub's process is killed, ${action.sent ? 'after' : 'before'} its requests have left`;
    case 'decide':
      return `a steward decides on a screen ${String(action.looksAgo)} looks old`;
    case 'undo':
      return 'a steward takes a decision back';
    case 'retry':
      return 'somebody has what was refused tried again';
    case 'pause':
      return 'synchronisation is paused, or goes on';
    case 'scope':
      return 'the record leaves the scope of the pipeline, or comes back';
    case 'backup':
      return `a copy of ${action.of === 'hub' ? 'the hub’s database' : NAMES[action.of]} is made`;
    case 'restore':
      return `${action.of === 'hub' ? 'the hub’s database' : NAMES[action.of]} is set back to its last copy (${action.how})`;
    case 'again':
      return `the write to ${NAMES[action.side]} is sent once more`;
    default:
      return null;
  }
}

function fault(kind: 'none' | 'lost' | 'twice'): string {
  return kind === 'none' ? 'arrives' : kind === 'lost' ? 'is lost' : 'arrives, and will again';
}

function tellHub(row: Told): string {
  switch (row.kind) {
    case 'authored':
      return `${row.unit} is ${JSON.stringify(row.value)} now (${row.how})${over(row.over)}`;
    case 'decided':
      return `${row.unit}: decided ${JSON.stringify(row.value)}, having seen ${JSON.stringify(row.shown)}`;
    case 'undone':
      return `${row.unit}: decision taken back`;
    case 'asked':
      return `${row.unit}: a person is asked (${row.why}): ${row.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'closed':
      return `${row.unit}: nothing to ask any more`;
    case 'policy':
      return `${row.unit}: the policy is review now`;
    default:
      return `${row.unit}: ${JSON.stringify(row.value)} on ${NAMES[row.side]} ${row.kind} (${row.dot})`;
  }
}

function over(values: readonly unknown[]): string {
  return values.length === 0 ? '' : `, over ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}
