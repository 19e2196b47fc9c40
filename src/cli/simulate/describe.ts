import { table } from '../table.js';
import type { Terminal } from '../terminal.js';
import type { SimulationResult } from './simulation.js';

/** The result for people. */
export function describe({ colours }: Terminal, result: SimulationResult): string {
  const { bold, dim } = colours;
  const { A, B } = result.sides;
  const tried = Object.entries(result.tally.tried).map(([what, n]) => [
    n.toLocaleString('en').padStart(10),
    what,
  ]);
  return [
    `${bold(result.pipeline)}  ${A.label} (${A.tier}) and ${B.label} (${B.tier})`,
    ...result.refused.map((line) => `  not promised: ${line}`),
    '',
    table(tried),
    '',
    `${result.runs.toLocaleString('en')} histories, ${result.violated.toLocaleString('en')} with a violation. ${dim(`Seed ${result.seed}.`)}`,
  ].join('\n');
}
