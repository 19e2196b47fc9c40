import { Injectable } from '@nestjs/common';
import { noSuch, publicId, recordKey } from '../common/public-ids.js';
import { mentionedIn, withTargetNames } from '../common/target-names.js';
import { UNSEEN, type Sight } from '../common/veil.js';
import { PlanStore } from '../database/plan-store.js';
import { HubPools } from '../database/pools.js';
import { Veils } from '../database/veils.js';
import { recordTargets } from '../database/record-targets.js';
import { recordsById } from '../database/sql/lineage/records.js';
import {
  blockedForWhy,
  conflictsForWhy,
  dueForWhy,
  lookForWhy,
  pipelineForWhy,
  sidesForWhy,
  type WhyLookRow,
} from '../database/sql/lineage/why.js';
import { run } from '../database/sql/statement.js';
import { RecordsService } from './records.service.js';
import {
  blockedReasons,
  conflictReasons,
  dueReason,
  fieldReasons,
  pipelineReasons,
  reason,
  recordReasons,
} from './why-reasons.js';
import type { WhyDto, WhyReasonDto, WhyResyncDto } from './why.dto.js';

const WEIGHTS = ['stops', 'waits', 'settled'] as const;

/** Why a record is not in sync, or that it is: everything that Accord knows of it, in words, with what can be done. */
@Injectable()
export class WhyService {
  constructor(
    private readonly pools: HubPools,
    private readonly plans: PlanStore,
    private readonly records: RecordsService,
    private readonly veils: Veils,
  ) {}

  /** @throws AppError `not-found` */
  async why(id: string, visible: readonly string[] | null, sight: Sight): Promise<WhyDto> {
    const key = recordKey(id);
    const { general } = this.pools;
    const [row] = await run(general, recordsById, [[key]]);
    if (row === undefined) throw noSuch('record', id);
    const [record, [pipeline], sides, blocked, conflicts, [due], [resync]] = await Promise.all([
      this.records.get(id, undefined, visible, UNSEEN),
      run(general, pipelineForWhy, [row.pipeline_id]),
      run(general, sidesForWhy, [row.pipeline_id]),
      run(general, blockedForWhy, [key]),
      run(general, conflictsForWhy, [key]),
      run(general, dueForWhy, [key]),
      run(general, lookForWhy, [key]),
    ]);
    const look = this.veils.look(sight);
    const veil = await look.over(row.pipeline_id);
    const told = blocked.map((one) => ({ ...one, detail: veil.said(one.detail) }));
    const ended = row.state === 'deleted' || row.state === 'unlinked';
    const ofRecord = recordReasons(row, record.excluded);
    const isOut = ofRecord.some(({ weight }) => weight === 'stops');
    const plan = await this.plans.planOf(row.pipeline_id);
    const ofFields = isOut ? [] : [...conflictReasons(conflicts), ...blockedReasons(told, record.systems)];
    const ofReferences = ofFields.filter(({ field }) => plan.unit.get(field ?? '')?.reference !== undefined);
    const mentioned = mentionedIn(ofReferences.map(({ detail }) => detail));
    const targets = await recordTargets(this.pools, this.plans, mentioned, visible, look);
    await look.note(id);
    for (const one of ofReferences) one.detail = withTargetNames(one.detail, targets);
    const said = new Set(ofFields.flatMap(({ field }) => field ?? []));
    const reasons = [
      ...ofRecord,
      ...(ended || pipeline === undefined ? [] : pipelineReasons(pipeline, sides)),
      ...ofFields,
      ...(isOut ? [] : fieldReasons(record.fields, said)),
      ...(ended || due === undefined ? [] : [dueReason(due)]),
      ...resyncReason(resync),
    ].sort((one, other) => WEIGHTS.indexOf(one.weight) - WEIGHTS.indexOf(other.weight));
    const inSync = reasons.every(({ weight }) => weight === 'settled');
    return {
      record: publicId.record(key),
      pipeline: row.pipeline,
      inSync,
      sentence: sentenceOf(reasons, inSync, ended),
      reasons,
      targets: [...targets],
      keptOut: row.kept_out_by !== null && row.state === 'live',
      resync: resync === undefined ? null : resyncAnswer(resync),
    };
  }
}

function sentenceOf(reasons: readonly WhyReasonDto[], inSync: boolean, ended: boolean): string {
  const [first] = reasons;
  if (inSync || first === undefined)
    return reasons.length === 0
      ? 'It is in sync: both sides hold the same.'
      : 'It is in sync: what differs is meant to.';
  if (ended) return first.detail;
  const stopping = reasons.filter(({ weight }) => weight === 'stops');
  if (stopping.length === 0) return 'It is on its way: nothing has to be done.';
  return stopping.length === 1
    ? 'One thing keeps it from being in sync.'
    : `${String(stopping.length)} things keep it from being in sync.`;
}

function resyncReason(look: WhyLookRow | undefined): readonly WhyReasonDto[] {
  if (look === undefined || (look.state !== 'asked' && look.state !== 'running')) return [];
  return [
    reason('resync', 'waits', 'It is being read again on both sides.', {
      since: look.asked_at,
      advice: 'Nothing has to be done.',
    }),
  ];
}

function resyncAnswer({ state, asked_at, asked_by, finished_at, found }: WhyLookRow): WhyResyncDto {
  return {
    state,
    askedAt: asked_at.toISOString(),
    askedBy: asked_by,
    finishedAt: finished_at?.toISOString() ?? null,
    drifted: found === null ? null : (found.unknown ?? 0),
  };
}
