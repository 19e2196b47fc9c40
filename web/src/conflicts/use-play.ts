import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiError, type Answer } from '../api/client';
import { claim, claimNext, nextAhead, releaseClaim, renewClaim, skip } from '../api/queue';
import { keys } from '../api/queries';
import { revealOf } from '../api/revealed';
import type { Conflict } from '../api/types';
import { useMe } from '../access/session';
import { afterPaint } from '../states/after-paint';
import { useSteady } from '../states/use-steady';
import { tell, tellFailed } from '../states/told';
import { queueStrings as words } from '../strings-queue';
import { isTaken, useReviewSession } from './review-session';

const RENEW_MS = 2 * 60_000;
/** So many are at hand, in full and unclaimed: what is not shown is anybody's. */
const AHEAD = 5;
const REFILL_AT = 2;

export interface Play {
  readonly on: boolean;
  /** What will come next, as far as it is known now. */
  readonly upNext: string | null;
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
  const [upNext, setUpNext] = useState<string | null>(null);
  const client = useQueryClient();
  const session = useReviewSession();
  const ahead = useRef<readonly string[]>([]);
  const shown = useRef<string | null>(null);
  /** What is open, also where somebody went there by themselves. */
  const here = useRef(id);
  useEffect(() => {
    here.current = id;
  }, [id]);
  // What is on its way is still this person's: it would come first again, also where what was at hand is passed over meanwhile.
  const decided = useRef<Promise<unknown>>(Promise.resolve());

  /** What was claimed here, and not by hand: it is given back on leaving. */
  const own = useRef(new Set<string>());
  const me = useMe()?.id;
  const isHeld = (item: string): boolean =>
    client.getQueryData<Answer<Conflict>>(keys.conflict(item))?.data.work.claim?.by.id === me;
  /** A claim that goes out once its card is painted. */
  const claiming = useRef<{ readonly item: string; readonly callOff: () => void }>(undefined);

  const playing = useRef(false);
  useEffect(
    () => () => {
      playing.current = false;
    },
    [],
  );
  const stop = () => {
    playing.current = false;
    setOn(false);
  };

  const isOver = (item: string) => isTaken(session.read().marks.get(item));
  const isFree = (item: string) => item !== shown.current && !isOver(item);
  const keep = (items: readonly string[]) => {
    ahead.current = items;
    setUpNext(items.find(isFree) ?? null);
  };
  /** What was uncovered comes covered here, and is asked for anew by whoever shows it. */
  const learn = (answer: Answer<Conflict>) => {
    const { id: item } = answer.data;
    if (revealOf(item) === null) client.setQueryData(keys.conflict(item), answer);
    else void client.invalidateQueries({ queryKey: keys.conflict(item) });
  };
  const refill = () => {
    nextAhead(filter, AHEAD).then(
      ({ data, servedAt }) => {
        for (const conflict of data.items) {
          // What is shown may have been read later than this.
          if (conflict.id === here.current) continue;
          learn({ data: conflict, etag: conflict.etag, status: 200, servedAt });
        }
        keep(data.items.map((one) => one.id));
      },
      // Then the next one is waited for.
      () => undefined,
    );
  };
  const giveBack = useSteady((item: string) => {
    // What was decided is nobody's any more; of the rest the service answers as well as it can.
    if (own.current.delete(item) && !isOver(item)) releaseClaim(item).catch(() => undefined);
  });
  const show = (item: string) => {
    shown.current = item;
    open(item);
  };
  const takeNext = () => {
    if (!playing.current) return;
    claimNext(filter).then(
      (answer) => {
        const item = answer?.data.id;
        if (item !== undefined && !isHeld(item)) own.current.add(item);
        if (!playing.current) {
          // Whoever stopped, or went elsewhere, meanwhile is not brought back to it.
          if (item !== undefined) giveBack(item);
        } else if (answer === null) {
          stop();
          tell(words.playEmpty);
        } else {
          learn(answer);
          show(answer.data.id);
          refill();
        }
      },
      (error: unknown) => {
        stop();
        tellFailed(error instanceof Error ? error : new Error(String(error)));
      },
    );
  };
  const next = (deciding?: Promise<unknown>) => {
    if (deciding !== undefined) decided.current = deciding;
    if (!playing.current) return;
    const [first, ...rest] = ahead.current.filter(isFree);
    if (first === undefined) {
      keep(rest);
      void decided.current.then(takeNext);
      return;
    }
    show(first);
    keep(rest);
    claiming.current?.callOff();
    const callOff = afterPaint(() => {
      claiming.current = undefined;
      if (!playing.current || shown.current !== first) return;
      if (!isHeld(first)) own.current.add(first);
      claim(first).catch((error: unknown) => onRefused(first, error));
      if (rest.length <= REFILL_AT) refill();
    });
    claiming.current = { item: first, callOff };
  };
  const onRefused = (item: string, error: unknown) => {
    if (shown.current !== item || isOver(item)) return;
    const by = error instanceof ApiError && error.status === 423 ? error.problem.by?.name : undefined;
    if (by !== undefined) tell(words.takenOver(by));
    if (by !== undefined || (error instanceof ApiError && error.status === 409)) next();
    else tellFailed(error instanceof Error ? error : new Error(String(error)));
  };
  useEffect(() => {
    if (!on || id === null) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') renewClaim(id).catch(() => undefined);
    }, RENEW_MS);
    return () => {
      clearInterval(timer);
      // Left before it was claimed: then nothing is to be given back either.
      if (claiming.current?.item === id) claiming.current.callOff();
      giveBack(id);
    };
  }, [on, id, giveBack]);
  return {
    on,
    upNext,
    toggle: () => {
      keep([]);
      if (on) stop();
      else {
        playing.current = true;
        setOn(true);
        takeNext();
      }
    },
    next,
    skip: (item, reason) =>
      void skip(item, reason).then(() => {
        if (here.current === item) next();
      }, tellFailed),
  };
}
