import { Injectable } from '@nestjs/common';
import { ANSWER_LINK } from '../common/answer-link.js';
import type { Caller } from '../common/caller.js';
import { Clock } from '../common/clock.js';
import { AppError } from '../common/errors.js';
import { conflictKeyOf } from '../common/public-ids.js';
import { jsonEqual, type Json } from '../core/value.js';
import { actorOf } from '../database/audit.js';
import { HubPools } from '../database/pools.js';
import { Signer } from '../database/signer.js';
import {
  answerLinkById,
  setAnswerOfLink,
  useAnswerLink,
  type AnswerLinkRow,
} from '../database/sql/notify/answer-links.js';
import { run } from '../database/sql/statement.js';
import type { AnswerLinkDto, ChangedSinceMailDto } from './answer-link.dto.js';
import { ConflictsService } from './conflicts.service.js';
import { DecideService } from './decide.service.js';
import type { DecisionDto } from './decision.dto.js';

type Now = Awaited<ReturnType<ConflictsService['valuesNow']>>;

interface Followed {
  readonly id: string;
  readonly take: 'a' | 'b';
  readonly row: AnswerLinkRow;
}

/**
 * Links in mails that answer a conflict. One is for one person, who is signed in and confirms; for the conflict as the mail showed it; for
 * a day; and works once. Looking at it changes nothing, however often what follows links does so.
 */
@Injectable()
export class AnswerLinkService {
  constructor(
    private readonly pools: HubPools,
    private readonly clock: Clock,
    private readonly signer: Signer,
    private readonly conflicts: ConflictsService,
    private readonly decisions: DecideService,
  ) {}

  /** @throws AppError `link-invalid`; `forbidden` for somebody else, or a token */
  async look(conflict: string, token: string, caller: Caller): Promise<AnswerLinkDto> {
    const { take, row } = await this.#follow(conflict, token, caller);
    const current = await this.conflicts.valuesNow(conflict);
    const changes = changesSince(row, current);
    return {
      take,
      label: row.shown.find(({ key }) => key === take)?.label ?? take,
      state: stateOf(row, current),
      changes,
      expiresAt: row.expires_at.toISOString(),
    };
  }

  /**
   * Decides, and uses the link up: both or neither.
   *
   * @throws AppError as `look`; `stale` when the conflict is not what the mail showed; whatever deciding may throw
   */
  async use(conflict: string, token: string, caller: Caller): Promise<DecisionDto> {
    const { id, take, row } = await this.#follow(conflict, token, caller);
    if (row.used_at !== null) throw used();
    const { body } = await this.decisions.decide({
      conflict,
      accepted: [`"${row.conflict_rev}-open"`],
      input: { take },
      by: actorOf(caller),
      idempotencyKey: undefined,
      spending: {
        way: 'mail',
        before: async (client) => {
          const [taken] = await run(client, useAnswerLink, [id, caller.personId, this.clock.now()]);
          if (taken === undefined) throw used();
        },
        after: async (client, decisionId) => {
          await run(client, setAnswerOfLink, [id, decisionId]);
        },
      },
    });
    return body;
  }

  async #follow(conflict: string, token: string, caller: Caller): Promise<Followed> {
    const key = conflictKeyOf(conflict);
    const text = await this.signer.verify(ANSWER_LINK, token);
    const [id = '', take] = text?.split('|') ?? [];
    const [row] = text === null ? [] : await run(this.pools.general, answerLinkById, [id]);
    if (row?.conflict_id !== key || (take !== 'a' && take !== 'b'))
      throw new AppError('link-invalid', 'This is not a link from a mail about this conflict.');
    if (caller.kind !== 'person' || row.person_id !== caller.personId)
      throw new AppError('forbidden', 'This link was sent to somebody else: it is for them alone.');
    if (row.expires_at.getTime() <= this.clock.now())
      throw new AppError('link-invalid', 'This link has expired. Decide on the conflict itself.');
    return { id, take, row };
  }
}

function stateOf(row: AnswerLinkRow, current: Now): AnswerLinkDto['state'] {
  if (row.used_at !== null) return 'used';
  if (current.state === 'held' || current.state === 'closed') return 'decided';
  return current.rev === row.conflict_rev ? 'ready' : 'changed';
}

/** What the sides say now that the mail did not. */
function changesSince({ shown }: AnswerLinkRow, { candidates, unit, veil }: Now): ChangedSinceMailDto[] {
  return shown.flatMap(({ key, label, value }) => {
    const now = candidates.find((candidate) => candidate.key === key);
    const [before, after] = [value, now?.value ?? null].map((one) => veil.over<Json>(unit, one));
    return jsonEqual(now?.value, value) ? [] : [{ label, before: before ?? null, after: after ?? null }];
  });
}

function used(): AppError {
  return new AppError('link-invalid', 'This link was used already: it works once.');
}
