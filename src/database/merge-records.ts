import type { ClientBase } from 'pg';
import { otherSide, type Side } from '../core/clock.js';
import type { Json } from '../core/value.js';
import { aliasLink, forgetUnmatched, requeueQuestioned } from './sql/lane/links.js';
import { endLinks, recordEnded } from './sql/matching/orders.js';
import { linkOf, lookAtMoved, renameRecord, showUnlinked, type LinkRow } from './sql/review/links.js';
import { run } from './sql/statement.js';

type Client = Pick<ClientBase, 'query'>;

/** A side has merged the record of a link into another of its own. */
export interface MergedRecord {
  readonly side: Side;
  /** The id, there, of the record that it went into. */
  readonly into: string;
  /** Who says so, as lineage names people. */
  readonly actor: Json;
  /** The same in words: `dana`, `CRM`. */
  readonly teller: string;
}

export interface MergeOutcome {
  /** moved: the link is with the other record now. detached: that one is linked itself; what is left of this link stays, unlinked. */
  readonly outcome: 'moved' | 'detached';
  /** The link that goes by both ids from now on. */
  readonly linkId: number;
}

/**
 * Carries out what a merge on a side means: the link goes over to the record that stays, which is to be read; where that one is linked
 * itself, this link ends and its record on the other side stays as it is. Nothing is deleted because two records became one. The link and
 * its shadow are locked and live.
 */
export async function mergeRecord(
  client: Client,
  link: LinkRow,
  { side, into, actor, teller }: MergedRecord,
): Promise<MergeOutcome> {
  const old = side === 'A' ? link.a_id : link.b_id;
  const [winner] = await run(client, linkOf, [link.pipeline_id, side, into]);
  const linkId = winner?.id ?? link.id;
  if (winner === undefined) {
    await run(client, renameRecord[side], [link.id, into]);
    for (const statement of [forgetUnmatched, requeueQuestioned])
      await run(client, statement, [link.pipeline_id, side, [into]]);
    await run(client, lookAtMoved, [link.pipeline_id, side, into]);
  } else {
    await endLink(client, link, actor, `${teller}: ${old ?? ''} was merged into ${into} on ${side}`);
    await showEnded(client, link, otherSide(side), `what it was linked with was merged into ${into}`);
  }
  if (old !== null) await run(client, aliasLink, [link.pipeline_id, linkId, side, old]);
  return { outcome: winner === undefined ? 'moved' : 'detached', linkId };
}

/** Both records stay. The link and its shadow are locked. */
export async function endLink(client: Client, link: LinkRow, actor: Json, why: string): Promise<void> {
  await run(client, endLinks, [link.pipeline_id, [link.id]]);
  await run(client, recordEnded, [link.pipeline_id, link.revision, [link.id], JSON.stringify(actor), why]);
}

/** What is left of a link that was ended, on one side, as people are shown it. */
export async function showEnded(client: Client, link: LinkRow, side: Side, words: string): Promise<void> {
  const id = side === 'A' ? link.a_id : link.b_id;
  if (id === null || id === '') return;
  // Made a short while ago, it may still be known by its keys, for a twin.
  await run(client, forgetUnmatched, [link.pipeline_id, side, [id]]);
  await run(client, showUnlinked, [link.pipeline_id, side, [id], words]);
}
