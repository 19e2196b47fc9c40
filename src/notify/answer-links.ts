import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { ANSWER_LINK } from '../common/answer-link.js';
import { Env } from '../common/env.js';
import { uuidv7 } from '../common/ids.js';
import { publicId } from '../common/public-ids.js';
import { Signer } from '../database/signer.js';
import { addAnswerLinks } from '../database/sql/notify/answer-links.js';
import type { MailConflictRow } from '../database/sql/notify/new-conflicts.js';
import { run } from '../database/sql/statement.js';
import { answerable, answerLabel } from './mailed-conflict.js';
import type { Answer } from './new-conflicts-mail.js';
import { canDecide, type Recipient } from './recipient.js';

const VALID_MS = 24 * 3_600_000;

/**
 * Links in mails with which one person answers one conflict as it was then. They lead to a page that asks once more; what uses them is
 * review/answer-link.service.
 */
@Injectable()
export class AnswerLinks {
  constructor(
    private readonly env: Env,
    private readonly signer: Signer,
  ) {}

  /** None for whoever may not decide. @param now ms */
  async make(
    client: PoolClient,
    recipient: Recipient,
    conflict: MailConflictRow,
    now: number,
  ): Promise<Answer[]> {
    const shown = answerable(conflict);
    if (recipient.person === null || shown.length === 0 || !canDecide(recipient, conflict.pipeline))
      return [];
    const id = uuidv7(now);
    const link = {
      id,
      person_id: recipient.person.id,
      conflict_id: conflict.id,
      conflict_rev: conflict.rev,
      shown,
    };
    await run(client, addAnswerLinks, [JSON.stringify([link]), now + VALID_MS]);
    const page = `${this.env.publicUrl}/conflicts/${publicId.conflict(conflict.id)}/answer`;
    return Promise.all(
      shown.map(async (one) => ({
        label: answerLabel(conflict, one),
        link: `${page}#${await this.signer.sign(ANSWER_LINK, `${id}|${one.key}`)}`,
      })),
    );
  }
}
