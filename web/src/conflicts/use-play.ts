import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { claimNext, releaseClaim, renewClaim, skip } from '../api/queue';
import { keys } from '../api/queries';
import { tell, tellFailed } from '../states/told';
import { queueStrings as words } from '../strings-queue';

const RENEW_MS = 2 * 60_000;

export interface Play {
  readonly on: boolean;
  readonly toggle: () => void;
  /** Claims what comes next, and opens it. */
  readonly next: () => void;
  readonly skip: (id: string, reason: string) => void;
}

/** One item after the other, each claimed for whoever plays; the claim is renewed while it is looked at, and given back on leaving. */
export function usePlay(id: string | null, filter: string, open: (id: string) => void): Play {
  const [on, setOn] = useState(false);
  const client = useQueryClient();
  const next = () => {
    claimNext(filter).then((conflict) => {
      if (conflict === null) {
        setOn(false);
        tell(words.playEmpty);
        return;
      }
      void client.invalidateQueries({ queryKey: keys.conflict(conflict.id) });
      open(conflict.id);
    }, tellFailed);
  };
  useEffect(() => {
    if (!on || id === null) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') renewClaim(id).catch(() => undefined);
    }, RENEW_MS);
    return () => {
      clearInterval(timer);
      // What was decided is no longer claimed; the service answers that as well as it can.
      releaseClaim(id).catch(() => undefined);
    };
  }, [on, id]);
  return {
    on,
    toggle: () => {
      if (!on) next();
      setOn(!on);
    },
    next,
    skip: (item, reason) => void skip(item, reason).then(next, tellFailed),
  };
}
