import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useNavigate } from 'react-router';
import { ApiError, type Answer } from '../api/client';
import { decide, getConflict, undo } from '../api/endpoints';
import { keys } from '../api/queries';
import type { Conflict, Decision, DecisionInput } from '../api/types';
import { useAnnounce } from '../states/announcer';
import { wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { useReviewSession, type Mark, type Taken } from './review-session';
import { unitName } from './unit-name';

const ATTEMPTS = 3;
const RETRY_MS = 800;

export function etagOf(answer: Answer<Conflict>): string {
  return answer.etag ?? `"${answer.data.rev}-${answer.data.state}"`;
}

/** Sends a decision on exactly what was shown. Optimistic: the mark is there at once, and is taken back if the service refuses. */
export function useDecide(): (shown: Answer<Conflict>, input: DecisionInput, label: string) => void {
  const { session } = useReviewSession();
  const client = useQueryClient();
  return useCallback(
    (shown, input, label) => {
      const conflict = shown.data;
      const answer = decideSurely(conflict.id, etagOf(shown), input);
      const taken: Taken = { conflict, label, answer, undoUntil: null };
      session.sending(taken);
      answer.then(
        (decision) => session.held(taken, decision),
        (error: unknown) => {
          const mark = markOf(error);
          session.refused(taken, mark);
          notifications.show({
            color: 'red',
            message: strings.undo.decideFailed(
              unitName(conflict.unit),
              mark.status === 'failed' ? mark.why : strings.card.stale.title,
            ),
            closeButtonProps: { 'aria-label': strings.undo.dismiss },
          });
          void client.invalidateQueries({ queryKey: keys.conflict(conflict.id) });
        },
      );
    },
    [session, client],
  );
}

/** Undoes the newest decision of this tab; after the write the service gives each side back what it had, and says what became of it. */
export function useUndo(): () => void {
  const { session } = useReviewSession();
  const client = useQueryClient();
  const announce = useAnnounce();
  const navigate = useNavigate();
  return useCallback(() => {
    const taken = session.read().taken.at(-1);
    if (!taken) {
      announce(strings.undo.nothing);
      return;
    }
    const id = taken.conflict.id;
    const run = async () => {
      const decision = await taken.answer;
      const { data } = await undo(decision.id);
      const shown = await getConflict(id);
      client.setQueryData(keys.conflict(id), shown);
      session.undone(taken);
      // The card says the same, with who took back what.
      announce(data.undone ? strings.undo.givenBack(data.undone, shown.data.systems) : strings.undo.undone);
      void navigate({ pathname: `/conflicts/${id}`, search: window.location.search });
    };
    run().catch((error: unknown) => {
      notifications.show({
        color: 'red',
        message: strings.undo.failed(error instanceof Error ? wordsOf(error) : String(error)),
        closeButtonProps: { 'aria-label': strings.undo.dismiss },
      });
    });
  }, [session, client, announce, navigate]);
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
