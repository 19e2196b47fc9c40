import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiError, type Answer } from '../api/client';
import { claim, claimNext, nextAhead, releaseClaim, renewClaim, skip } from '../api/queue';
import { keys } from '../api/queries';
import type { Conflict } from '../api/types';
import { tell, tellFailed } from '../states/told';
import { queueStrings as words } from '../strings-queue';
import { useReviewSession } from './review-session';

const RENEW_MS = 2 * 60_000;
/** So many are at hand, in full and unclaimed: what is not shown is anybody's. */
const AHEAD = 5;
const REFILL_AT = 2;

export interface Play {
  readonly on: boolean;
  readonly toggle: () => void;
  /** Opens what comes next, and claims it. @param deciding of the one before: while it is on its way, it would be what comes next */
  readonly next: (deciding?: Promise<unknown>) => void;
  readonly skip: (id: string, reason: string) => void;
}

/**
 * One item after the other, each claimed for whoever plays: what is at hand is shown before the service has said that it is theirs, and
 * passed over where it was somebody else's. The claim is renewed while it is looked at, and given back on leaving.
 */
export function usePlay(id: string | null, filter: string, open: (id: string) => void): Play {
  const [on, setOn] = useState(false);
  const client = useQueryClient();
  const { session } = useReviewSession();
  const ahead = useRef<readonly string[]>([]);
  const shown = useRef<string | null>(null);
  // What is on its way is still this person's: it would come first again, also where what was at hand is passed over meanwhile.
  const decided = useRef<Promise<unknown>>(Promise.resolve());

  const isOver = (item: string) => {
    const status = session.read().marks.get(item)?.status;
    return status === 'sending' || status === 'held';
  };
  const refill = () => {
    nextAhead(filter, AHEAD).then(
      ({ data, servedAt }) => {
        for (const conflict of data.items) {
          const answer: Answer<Conflict> = { data: conflict, etag: conflict.etag, status: 200, servedAt };
          client.setQueryData(keys.conflict(conflict.id), answer);
        }
        ahead.current = data.items.map((one) => one.id);
      },
      // Then the next one is waited for.
      () => undefined,
    );
  };
  const show = (item: string) => {
    shown.current = item;
    open(item);
  };
  const takeNext = () => {
    claimNext(filter).then((conflict) => {
      if (conflict === null) {
        setOn(false);
        tell(words.playEmpty);
        return;
      }
      void client.invalidateQueries({ queryKey: keys.conflict(conflict.id) });
      show(conflict.id);
      refill();
    }, tellFailed);
  };
  const next = (deciding?: Promise<unknown>) => {
    if (deciding !== undefined) decided.current = deciding;
    const free = ahead.current.filter((item) => item !== shown.current && !isOver(item));
    const [first, ...rest] = free;
    ahead.current = rest;
    if (first === undefined) {
      void decided.current.then(takeNext);
      return;
    }
    show(first);
    claim(first).catch((error: unknown) => {
      if (shown.current !== first || isOver(first)) return;
      const by = error instanceof ApiError && error.status === 423 ? error.problem.by?.name : undefined;
      if (by !== undefined) tell(words.takenOver(by));
      if (by !== undefined || (error instanceof ApiError && error.status === 409)) next();
      else tellFailed(error instanceof Error ? error : new Error(String(error)));
    });
    if (rest.length <= REFILL_AT) refill();
  };
  useEffect(() => {
    if (!on || id === null) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') renewClaim(id).catch(() => undefined);
    }, RENEW_MS);
    return () => {
      clearInterval(timer);
      // What was decided is nobody's any more; of the rest the service answers as well as it can.
      const status = session.read().marks.get(id)?.status;
      if (status !== 'sending' && status !== 'held') releaseClaim(id).catch(() => undefined);
    };
  }, [on, id, session]);
  return {
    on,
    toggle: () => {
      ahead.current = [];
      if (!on) takeNext();
      setOn(!on);
    },
    next,
    skip: (item, reason) => void skip(item, reason).then(() => next(), tellFailed),
  };
}
