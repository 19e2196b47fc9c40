import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useNavigate } from 'react-router';
import { getConflict, undo } from '../api/endpoints';
import { undoAll } from '../api/queue';
import { keys } from '../api/queries';
import { revealOf } from '../api/revealed';
import type { Conflict, Decision } from '../api/types';
import { useAnnounce } from '../states/announcer';
import { tell, tellFailure } from '../states/told';
import { strings } from '../strings';
import { useReviewSession } from './review-session';
import { useDecide } from './use-decide';

/** Undoes the newest decision of this tab; after the write the service gives each side back what it had, and says what became of it. */
export function useUndo(): () => void {
  const session = useReviewSession();
  const client = useQueryClient();
  const announce = useAnnounce();
  const navigate = useNavigate();
  return useCallback(() => {
    const taken = session.undoing();
    if (!taken) {
      tell(strings.undo.nothing);
      return;
    }
    const [{ conflict }, ...others] = taken.parts;
    const { id } = conflict;
    const run = async () => {
      const decision = await taken.answer;
      const data = others.length === 0 ? (await undo(decision.id)).data : await undoneFirst(decision);
      const shown = await getConflict(id, revealOf(id));
      client.setQueryData(keys.conflict(id), shown);
      for (const other of others)
        void client.invalidateQueries({ queryKey: keys.conflict(other.conflict.id) });
      session.undone(taken);
      // The card says the same, with who took back what.
      announce(data.undone ? strings.undo.givenBack(data.undone, shown.data.systems) : strings.undo.undone);
      void navigate({ pathname: `/conflicts/${id}`, search: window.location.search });
    };
    run()
      .catch((error: unknown) => tellFailure(strings.undo.failed, error))
      .finally(() => session.undoOver(taken));
  }, [session, client, announce, navigate]);
}

/** Decides again what was undone last, as it was decided, if its values are still those that were decided on then. */
export function useRedo(): () => void {
  const session = useReviewSession();
  const client = useQueryClient();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const decide = useDecide();
  return useCallback(() => {
    const last = session.read().undone.at(-1);
    if (!last) {
      tell(strings.undo.nothingToRedo);
      return;
    }
    const { parts, label } = last;
    const run = async () => {
      const [first, ...rest] = await Promise.all(
        parts.map(async ({ conflict, input }) => {
          const shown = await getConflict(conflict.id, revealOf(conflict.id));
          client.setQueryData(keys.conflict(conflict.id), shown);
          return { shown, input, moved: valuesIn(shown.data) !== valuesIn(conflict) };
        }),
      );
      if (first === undefined) return;
      const moved = [first, ...rest].find((one) => one.moved);
      if (moved === undefined) {
        void decide([first, ...rest], label, true);
        announce(strings.undo.redone);
      } else {
        tell(strings.undo.redoChanged);
        void navigate({ pathname: `/conflicts/${moved.shown.data.id}`, search: window.location.search });
      }
    };
    run().catch((error: unknown) => tellFailure(strings.undo.redoFailed, error));
  }, [session, client, announce, navigate, decide]);
}

/** Takes back all that were made together, and answers for the one that is shown. */
async function undoneFirst(decision: Decision): Promise<Decision> {
  const { decisions } = (await undoAll(decision.id)).data;
  return decisions.find(({ id }) => id === decision.id) ?? decision;
}

function valuesIn(conflict: Conflict): string {
  return JSON.stringify([conflict.base?.value, conflict.candidates.map(({ key, value }) => [key, value])]);
}
