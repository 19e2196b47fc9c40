import type { PipelineFigures, SideFigures } from './pipeline-figures.js';

export type Health = 'ok' | 'catching-up' | 'attention' | 'down';

export interface Verdict {
  readonly health: Health;
  /** One or two sentences for people. */
  readonly sentence: string;
}

/** Changes that wait longer than this are said to wait; younger ones are simply on their way. */
const noticeableLagSeconds = 10;

/**
 * How a pipeline is, in words. From the worst to the best: the first that holds is the headline. What is not known is
 * said to be not known, never to be good.
 */
export function verdict(figures: PipelineFigures): Verdict {
  const { state, paused, sides, counts } = figures;
  const known = [sides.A, sides.B].filter((side) => side !== null);
  const broken = known.filter(({ error }) => error !== null);
  const pausedSides = known.filter((side) => side.paused !== null);
  const tail = openWork(counts);

  // Nothing moves until a person has looked.
  if (state === 'halted') {
    return {
      health: 'down',
      sentence: `Halted: ${figures.stateDetail ?? 'the reason is not recorded'}. Nothing is written until someone resumes it.`,
    };
  }
  // On purpose, but changes wait for as long as it lasts.
  if (paused !== null) {
    return {
      health: 'attention',
      sentence: `Paused by ${paused.by} (${paused.reason}): nothing is read or written.${tail}`,
    };
  }
  if (broken.length > 0) {
    return {
      health: 'down',
      sentence: `${broken.map(trouble).join(' ')} Changes wait; none is lost.${tail}`,
    };
  }
  if (known.length < 2)
    return { health: 'attention', sentence: 'Not started yet: it is not known how the two sides stand.' };
  if (state === 'new' || state === 'comparing') {
    return {
      health: 'catching-up',
      sentence: `Comparing ${between(known)} before anything is written.${progress(figures)}`,
    };
  }
  if (state === 'report') {
    return {
      health: 'attention',
      sentence: `${between(known)} are compared. Nothing is written until the report is accepted.`,
    };
  }
  if (state === 'loading')
    return { health: 'catching-up', sentence: `First load of ${between(known)}.${progress(figures)}` };
  if (pausedSides.length > 0) {
    const which = pausedSides.map(
      ({ label, paused: pause }) =>
        `${label} is paused by ${pause?.by ?? 'someone'} (${pause?.reason ?? ''})`,
    );
    return { health: 'attention', sentence: `${which.join('; ')}: nothing is written there.${tail}` };
  }
  const unknown = known.filter(({ lagSeconds }) => lagSeconds === null);
  if (unknown.length > 0) {
    return {
      health: 'catching-up',
      sentence: `Not known yet: ${unknown.map(({ label }) => label).join(' and ')} ${unknown.length === 1 ? 'has' : 'have'} not been read to the end.${tail}`,
    };
  }
  const late = known.filter(({ lagSeconds }) => (lagSeconds ?? 0) > noticeableLagSeconds);
  if (late.length > 0) {
    const which = late.map(
      ({ label, lagSeconds }) => `the oldest change of ${label} has waited ${span(lagSeconds ?? 0)}`,
    );
    return { health: 'catching-up', sentence: `Catching up: ${which.join(', ')}.${tail}` };
  }
  if (counts.guards > 0) {
    return {
      health: 'attention',
      sentence: `${count(counts.guards, 'guard')} tripped: what was done in too many records at once is held until a person answers. ${share(counts)}${tail}`,
    };
  }
  if (counts.blocked > 0) return { health: 'attention', sentence: `${share(counts)}${tail}` };
  return { health: 'ok', sentence: `${share(counts)}${tail}` };
}

function trouble({ label, error }: SideFigures): string {
  return error === null ? '' : `${label}: ${error.detail.replace(/[.\s]+$/, '')} (${error.code}).`;
}

function between(sides: readonly SideFigures[]): string {
  return sides.map(({ label }) => label).join(' and ');
}

function share({ linked: all, excluded, inSync }: PipelineFigures['counts']): string {
  const linked = all - excluded;
  if (linked === 0) return 'In sync: there are no linked records yet.';
  if (inSync === linked) return `In sync: all ${count(linked, 'record')} agree.`;
  // Rounded down, so that 100 % is never said of less.
  const percent = Math.floor((inSync / linked) * 1000) / 10;
  return `In sync: ${percent} % of ${count(linked, 'record')} agree.`;
}

function openWork({ conflicts, held, blocked, waiting }: PipelineFigures['counts']): string {
  const parts = [
    ...(conflicts > 0
      ? [`${count(conflicts, 'conflict')} ${conflicts === 1 ? 'waits' : 'wait'} for a decision`]
      : []),
    ...(held > 0 ? [`${count(held, 'decision')} can still be undone`] : []),
    ...(blocked > 0
      ? [`${count(blocked, 'field')} ${blocked === 1 ? 'was' : 'were'} refused by a side`]
      : []),
    ...(waiting > 0
      ? [
          `${count(waiting, 'field')} ${waiting === 1 ? 'waits for the record that it points to' : 'wait for the records that they point to'}`,
        ]
      : []),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
}

function progress({ load }: PipelineFigures): string {
  if (load === null || load.total === 0) return '';
  const left = load.secondsLeft === null ? '' : `, about ${span(load.secondsLeft)} left`;
  return ` ${number(load.done)} of ${number(load.total)} done${left}.`;
}

function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function number(n: number): string {
  return n.toLocaleString('en');
}

/** A span of time as people say it. */
export function span(seconds: number): string {
  const [value, unit] =
    seconds < 90
      ? [seconds, 'second']
      : seconds < 5_400
        ? [seconds / 60, 'minute']
        : seconds < 129_600
          ? [seconds / 3_600, 'hour']
          : [seconds / 86_400, 'day'];
  return count(Math.round(value), unit);
}
