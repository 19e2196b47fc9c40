import type { ChangePage } from '../connectors/connector.js';
import { SIDES, type Side } from '../core/clock.js';
import type { Intake } from './lane/intake.js';
import type { RunningPipeline } from './running-pipeline.js';

/**
 * Reads a record that is always there, before a page that tells of deletions or of wiped values is believed: a table that was swapped, a
 * filter or a restored copy say such things too (rclone's `--check-access` is the same thought).
 */
export class Canary {
  constructor(private readonly pipeline: RunningPipeline) {}

  /** @returns the ids of canaries that cannot be read now, by side */
  async lost(pages: Intake['pages']): Promise<Intake['canaryLost']> {
    const lost: Partial<Record<Side, string>> = {};
    const canary = this.pipeline.spec.guards?.canary;
    for (const side of SIDES) {
      const id = side === 'A' ? canary?.a : canary?.b;
      if (id !== undefined && takesAway(pages[side]) && !(await this.#isThere(side, id))) lost[side] = id;
    }
    return lost;
  }

  /** A side that cannot be asked has not shown it. */
  async #isThere(side: Side, id: string): Promise<boolean> {
    try {
      return (await this.pipeline.ends[side].endpoint.fetch([id])).states.some((state) => state.id === id);
    } catch {
      return false;
    }
  }
}

function takesAway(page: ChangePage | null): boolean {
  if (page === null) return false;
  if (page.kind === 'states') return page.states.length > 0;
  return page.entries.some(
    ({ op, after }) =>
      op === 'delete' || Object.values(after ?? {}).some((value) => value === null || value === ''),
  );
}
