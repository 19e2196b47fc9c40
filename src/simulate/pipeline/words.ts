import type { Side } from '../../core/clock.js';
import { LIFE } from '../../core/plan.js';
import type { Told } from '../hub/told.js';
import type { Violation } from '../oracle/evidence.js';
import { PROPERTIES } from '../oracle/judge.js';
import type { Action } from '../world/action.js';

/** What people call the two sides. */
export type Names = Readonly<Record<Side, string>>;

interface Said {
  readonly who: string;
  readonly did: string;
}

/** What the network, the processes and the stewards do; edits and writes show in the systems' own journals. */
export function tellAction(action: Action, names: Names, paused: boolean): Said | null {
  const network = (did: string): Said => ({ who: 'Network', did });
  switch (action.do) {
    case 'hint':
      return action.lost ? network(`a notification of ${names[action.side]} is lost`) : null;
    case 'read':
      return { who: 'Accord', did: `asks ${names[action.side]} for the record` };
    case 'serve':
      return {
        who: names[action.side],
        did:
          action.lagMs > 0
            ? `answers a question with a state that may be ${String(action.lagMs)} ms old`
            : 'answers a question with what stands now',
      };
    case 'arrive':
      return network(`the answer of ${names[action.side]} ${fault(action.fault)}`);
    case 'carry':
      return network(`a write to ${names[action.side]} ${fault(action.fault)}`);
    case 'answer':
      return network(`the answer to a write to ${names[action.side]} ${fault(action.fault)}`);
    case 'timeout':
      return { who: 'Accord', did: `does not wait any longer for ${names[action.side]}` };
    case 'again':
      return { who: 'Accord', did: `sends the write to ${names[action.side]} once more` };
    case 'crash':
      return {
        who: 'Accord',
        did: `is killed and starts again; what it was about to send ${action.sent ? 'is on its way' : 'was not sent'}`,
      };
    case 'decide':
      return { who: 'Steward', did: screen(action.looksAgo) };
    case 'undo':
      return { who: 'Steward', did: 'takes a decision back' };
    case 'pause':
      return { who: 'Steward', did: paused ? 'lets the pipeline go on' : 'pauses the pipeline' };
    default:
      return null;
  }
}

function screen(looksAgo: number): string {
  return looksAgo === 0
    ? 'decides'
    : `decides on a screen that has been open since ${String(looksAgo)} changes ago`;
}

function fault(kind: 'none' | 'lost' | 'twice'): string {
  return kind === 'none' ? 'arrives' : kind === 'lost' ? 'is lost' : 'arrives, and will again';
}

const HOW: Readonly<Record<string, string>> = {
  'fast-forward': 'only one side changed it',
  agreement: 'both sides say the same',
  owner: 'its owner decides',
  reassert: 'its owner’s value is put back',
  newest: 'the newer edit',
  merge: 'both edits merged',
  rule: 'a rule decides',
  'non-blank': 'a value beats a blank',
  decision: 'as decided',
  'void-cover': 'a change was taken back',
};

/** A row of the hub's lineage; `null`: nothing that helps to follow. */
export function tellHub(row: Told, names: Names): string | null {
  const unit = row.unit === LIFE ? 'the record' : row.unit;
  switch (row.kind) {
    case 'authored':
      return `agrees on ${unit} ${shown(row.value)}: ${HOW[row.how] ?? row.how}${over(row.over)}`;
    case 'decided':
      return `notes the decision about ${unit}: ${shown(row.value)}`;
    case 'undone':
      return `notes that the decision about ${unit} is taken back`;
    case 'asked':
      return `asks a person about ${unit} (${row.why}): ${row.values.map(shown).join(' or ')}`;
    case 'policy':
      return `runs with another policy for ${unit} from now on: review`;
    case 'observed':
      return `sees ${unit} ${shown(row.value)} in ${names[row.side]}`;
    case 'ambiguous':
      return `sees ${unit} ${shown(row.value)} in ${names[row.side]}, and cannot tell whether that came before or after its own write`;
    case 'acknowledged':
      return `learns that its write arrived: ${unit} ${shown(row.value)} in ${names[row.side]}`;
    case 'recovered':
      return `finds ${unit} ${shown(row.value)} in the history of ${names[row.side]}: its write had covered it`;
    case 'not-written':
      return `learns that its write did not arrive: ${unit} ${shown(row.value)} in ${names[row.side]}`;
    default:
      return null;
  }
}

/** What is wrong, in a sentence: the oracle's, with the names of the sides. */
export function tellViolation({ property, unit, said }: Violation, names: Names): string {
  // Values stand in quotes; what is outside of them are the oracle's own words.
  const words = said
    .split(/("(?:[^"\\]|\\.)*")/)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part.replace(
            /\b(on |^)([AB])\b/g,
            (_all, on: string, side: Side) => `${on && 'in '}${names[side]}`,
          ),
    )
    .join('');
  return `${propertyName(property)}${unit === '' ? '' : `, ${unit}`}: ${words}`;
}

export function propertyName(property: string): string {
  return `${property} (${PROPERTIES[property] ?? ''})`;
}

function over(values: readonly unknown[]): string {
  return values.length === 0 ? '' : `, over ${values.map(shown).join(', ')}`;
}

export function shown(value: unknown): string {
  return value === null || value === undefined ? 'blank' : JSON.stringify(value);
}
