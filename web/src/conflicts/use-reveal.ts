import { useCallback } from 'react';
import { reveal } from '../api/queue';
import { tellFailed } from '../states/told';
import { useReviewSession } from './review-session';

/** Shows personal data once the service has noted who looks at it. */
export function useReveal(): (ids: readonly string[]) => void {
  const session = useReviewSession();
  return useCallback(
    (ids) => {
      Promise.all(ids.map((id) => reveal(id))).then(() => session.reveal(ids), tellFailed);
    },
    [session],
  );
}
