import { setTimeout as sleep } from 'node:timers/promises';
import type { UiService } from './ui-service.js';

const DEADLOCK = '40P01';

/** Takes away every record and conflict. A request of the test before may still be at work: then it is tried again. */
export async function emptied({ pools }: UiService): Promise<void> {
  for (let left = 20; ; left -= 1) {
    try {
      await pools.general.query(
        'truncate conflict, decision, link, shadow, lineage, push_due, review_item, review_tally, review_tally_change restart identity cascade',
      );
      return;
    } catch (error) {
      if (left === 0 || (error as { code?: string }).code !== DEADLOCK) throw error;
      await sleep(100);
    }
  }
}
