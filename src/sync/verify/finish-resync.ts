import type { PoolClient } from 'pg';
import { publicId } from '../../common/public-ids.js';
import { ACCORD, appendAudit } from '../../database/audit.js';
import { announcePipeline } from '../../database/sql/announce-pipeline.js';
import { setAllDue } from '../../database/sql/lane/due.js';
import { run } from '../../database/sql/statement.js';
import { countDifferences, finishRecordLook, type VerificationRow } from '../../database/sql/verification.js';
import type { RunningPipeline } from '../running-pipeline.js';

/** One record was read on both sides again, and what had drifted was taken in as edits: it is settled once more, as the policies say. */
export async function finishResync(
  client: PoolClient,
  pipeline: RunningPipeline,
  { id }: VerificationRow,
  linkId: number,
  finishedAt: number,
): Promise<void> {
  const counts = await run(client, countDifferences, [id]);
  const found: Record<string, number> = {};
  for (const { reason, n } of counts) found[reason] = (found[reason] ?? 0) + n;
  await run(client, setAllDue, [pipeline.id, [linkId], 'resync']);
  await run(client, finishRecordLook, [id, JSON.stringify(found), finishedAt, linkId]);
  await run(client, announcePipeline, [pipeline.name]);
  await appendAudit(client, finishedAt, {
    actor: ACCORD,
    action: 'record.resynced',
    object: publicId.record(linkId),
    pipeline: pipeline.name,
    detail: { differences: found },
  });
}
