import type { KeyboardRun } from './keyboard-run.js';

const PER_MINUTE = 60;

/** The run beside its goals, for people. */
export function runText({ decisions, perMinute, verified, wrong }: KeyboardRun): string {
  const line = (what: string, figure: string, goal: string): string =>
    `${what.padEnd(48)}${figure.padStart(24)}${goal.padStart(8)}\n`;
  return (
    line('keyboard run: cards decided a minute', perMinute.toFixed(0), `≥ ${String(PER_MINUTE)}`) +
    line('keyboard run: cards decided', String(decisions), '') +
    line('keyboard run: fields as decided, in both', String(verified), String(verified + wrong.length))
  );
}

/** What of the run is not as it should be. */
export function shortcomings({ perMinute, wrong }: KeyboardRun): readonly string[] {
  return [
    ...(perMinute < PER_MINUTE ? [`missed: ${perMinute.toFixed(0)} cards a minute`] : []),
    ...wrong.map((one) => `not as decided: ${one}`),
  ];
}
