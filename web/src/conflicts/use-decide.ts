import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ApiError, type Answer } from '../api/client';
import { decide } from '../api/endpoints';
import { keys } from '../api/queries';
import type { Conflict, Decision, DecisionInput } from '../api/types';
import { wordsOf } from '../states/query-state';
import { tellFailure } from '../states/told';
import { strings } from '../strings';
import { useReviewSession, type Mark, type Taken } from './review-session';
import { unitName } from './unit-name';

const ATTEMPTS = 3;
const RETRY_MS = 800;

export function etagOf(answer: Answer<Conflict>): string {
  return answer.data.etag;
}

/**
 * Sends a decision on exactly what was shown. Optimistic: the mark is there at once, and is taken back if the service refuses.
 *
 * @returns once the service has answered: whether it stands
 */
export type Decide = (
  shown: Answer<Conflict>,
  input: DecisionInput,
  label: string,
  again?: boolean,
) => Promise<boolean>;

export function useDecide(): Decide {
  const { session } = useReviewSession();
  const client = useQueryClient();
  return useCallback(
    (shown, input, label, again) => {
      const conflict = shown.data;
      const answer = decideSurely(conflict.id, etagOf(shown), input);
      const taken: Taken = { conflict, input, label, answer, undoUntil: null };
      session.sending(taken, again);
      return answer.then(
        (decision) => {
          session.held(taken, decision);
          return true;
        },
        (error: unknown) => {
          const mark = markOf(error);
          session.refused(taken, mark);
          const why = mark.status === 'failed' ? mark.why : strings.card.stale.title;
          tellFailure(() => strings.undo.decideFailed(unitName(conflict.unit), why), error);
          void client.invalidateQueries({ queryKey: keys.conflict(conflict.id) });
          return false;
        },
      );
    },
    [session, client],
  );
}

/** The key makes a repeated request the same decision, so an answer that was lost on the way does no harm. */
async function decideSurely(id: string, etag: string, input: DecisionInput): Promise<Decision> {
  const key = crypto.randomUUID();
  for (let attempt = 1; ; attempt++) {
    try {
      return (await decide(id, etag, input, key)).data;
    } catch (error) {
      const lost = error instanceof ApiError && (error.status === 0 || error.status === 503);
      if (!lost || attempt === ATTEMPTS) throw error;
      await new Promise((done) => setTimeout(done, RETRY_MS * attempt));
    }
  }
}

function markOf(error: unknown): Mark {
  if (error instanceof ApiError && error.status === 412) {
    const current = error.problem.current;
    return {
      status: 'stale',
      current: current ? { data: current, etag: error.etag, status: 412, servedAt: Date.now() } : null,
    };
  }
  return { status: 'failed', why: error instanceof Error ? wordsOf(error) : String(error) };
}
