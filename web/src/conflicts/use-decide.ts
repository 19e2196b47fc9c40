import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ApiError, type Answer } from '../api/client';
import { decide } from '../api/endpoints';
import { outbox } from '../api/outbox';
import { decideRecord } from '../api/queue';
import { keys } from '../api/queries';
import type { Conflict, Decision, DecisionInput } from '../api/types';
import { wordsOf } from '../states/query-state';
import { tellFailure } from '../states/told';
import { strings } from '../strings';
import { useReviewSession, type Mark, type Part, type Taken } from './review-session';
import { unitName } from './unit-name';

const ATTEMPTS = 3;
const RETRY_MS = 800;

export function etagOf(answer: Answer<Conflict>): string {
  return answer.data.etag;
}

/** A conflict exactly as it was shown, and what was chosen. */
export interface Choosing {
  readonly shown: Answer<Conflict>;
  readonly input: DecisionInput;
}

export type Choosings = readonly [Choosing, ...Choosing[]];

/**
 * Sends a decision on exactly what was shown; several of one record as one. Optimistic: the marks are there at once, and are taken back
 * if the service refuses.
 *
 * @returns once the service has answered: whether it stands
 */
export type Decide = (chosen: Choosings, label: string, again?: boolean) => Promise<boolean>;

export function useDecide(): Decide {
  const session = useReviewSession();
  const client = useQueryClient();
  return useCallback(
    (chosen, label, again) => {
      const [first, ...rest] = chosen.map(({ shown, input }): Part => ({ conflict: shown.data, input }));
      if (first === undefined) return Promise.resolve(false);
      const answer = outbox.send(() => decideSurely(chosen));
      const taken: Taken = { parts: [first, ...rest], label, answer, undoUntil: null };
      session.sending(taken, again);
      return answer.then(
        (decision) => {
          session.held(taken, decision);
          return true;
        },
        (error: unknown) => {
          const marks = marksOf(error);
          session.refused(taken, marks);
          const mark = marks(first.conflict.id);
          const why = mark.status === 'failed' ? mark.why : strings.card.stale.title;
          const units = taken.parts.map(({ conflict }) => unitName(conflict.unit)).join(', ');
          tellFailure(() => strings.undo.decideFailed(units, why), error);
          for (const { conflict } of taken.parts)
            void client.invalidateQueries({ queryKey: keys.conflict(conflict.id) });
          return false;
        },
      );
    },
    [session, client],
  );
}

/** The key makes a repeated request the same decision, so an answer that was lost on the way does no harm. */
async function decideSurely(chosen: Choosings): Promise<Decision> {
  const key = crypto.randomUUID();
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(chosen, key);
    } catch (error) {
      const lost = error instanceof ApiError && (error.status === 0 || error.status === 503);
      if (!lost || attempt === ATTEMPTS) throw error;
      await new Promise((done) => setTimeout(done, RETRY_MS * attempt));
    }
  }
}

async function send(chosen: Choosings, key: string): Promise<Decision> {
  const [{ shown, input }] = chosen;
  const { record } = shown.data;
  if (chosen.length === 1 || record === null)
    return (await decide(shown.data.id, etagOf(shown), input, key)).data;
  const parts = chosen.map((one) => ({
    conflict: one.shown.data.id,
    etag: etagOf(one.shown),
    ...one.input,
  }));
  const [first] = (await decideRecord(record, parts, key)).data.decisions;
  if (first === undefined) throw new Error('no decision was made');
  return first;
}

function marksOf(error: unknown): (id: string) => Mark {
  if (error instanceof ApiError && error.status === 412) {
    const { current = [] } = error.problem;
    const all = 'id' in current ? [current] : current;
    return (id) => {
      const data = all.find((one) => one.id === id);
      return {
        status: 'stale',
        current: data === undefined ? null : { data, etag: data.etag, status: 412, servedAt: Date.now() },
      };
    };
  }
  return () => ({ status: 'failed', why: error instanceof Error ? wordsOf(error) : String(error) });
}
