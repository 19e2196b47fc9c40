import { replay, type History, type RunOptions, type Verdict } from './run.js';
import { shrink } from './shrink.js';
import type { SideSetup } from './scenario/setup.js';
import type { Happened } from './world/chronicle.js';
import { chronicle } from './world/chronicle.js';

/** A failing run as somebody reads it: how it came about, in as few steps as show it, and how to play it again. */
export function storyOf({ history, violations }: Verdict, options: RunOptions = {}): string {
  const property = violations[0]?.property ?? '';
  const fails = (one: History): boolean => violates(one, property, options);
  // What only shows with the random choices of the whole run is told as it was.
  const small = fails(history) ? shrink(history, fails) : history;
  const again = replay(small, options);
  const { A, B } = small.setup.sides;
  return [
    `Seed ${String(history.seed)}, ${String(history.actions.length)} steps, cut down to ${String(small.actions.length)}.`,
    `CRM (A): ${sideWords(A)}`,
    `ERP (B): ${sideWords(B)}`,
    `Fields: ${small.setup.units.join(', ')}${small.setup.linked ? ' (two records without a common past)' : ''}`,
    '',
    ...chronicle(small, options).map(line),
    '',
    ...again.violations.map(
      ({ property: name, unit, said }) => `${name} ${unit === '' ? '' : `${unit}: `}${said}`,
    ),
    '',
    `Play it again: ${JSON.stringify(small)}`,
  ].join('\n');
}

function violates(history: History, property: string, options: RunOptions): boolean {
  return replay(history, options).violations.some((one) => one.property === property);
}

function line({ at, who, said }: Happened): string {
  return `${String(at).padStart(6)}  ${who.padEnd(7)} ${said}`;
}

function sideWords(side: SideSetup): string {
  const more = [
    side.marker && 'carries our marker',
    side.idempotent && 'answers a repeated request as before',
    side.granuleMs > 1 && `stamps of ${String(side.granuleMs)} ms`,
    side.skewMs !== 0 && `clock off by ${String(side.skewMs)} ms`,
    side.staleMs > 0 && `reads up to ${String(side.staleMs)} ms old`,
    side.form === 'cut' && 'cuts long texts',
    side.form === 'marked' && 'stores texts in its own form',
    side.insists !== null && `an automation insists on "${side.insists}"`,
    side.refuses && 'refuses long texts',
    side.keys === true && 'insists on what is pointed to',
    side.trigger && 'a trigger fills a second field',
    side.archives === true && 'deletes by a mark',
  ].filter((words) => words !== false);
  return [side.kind, ...more].join(', ');
}
