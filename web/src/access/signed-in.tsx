import { Suspense, type ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { LiveProvider } from '../api/live';
import { CrashBoundary } from '../states/crash-boundary';
import { lazily } from '../states/lazily';
import { Failure, LateSkeleton } from '../states/query-state';
import { useSession } from './session';

const Lost = lazily(async () => (await import('./lost')).Lost);

/** What only people see who are signed in. Whoever is signed out meanwhile signs in over what is there, and loses nothing. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  const { state, store } = useSession();
  const { pathname, search } = useLocation();
  switch (state.status) {
    case 'loading':
      return (
        <main className="page">
          <LateSkeleton lines={4} />
        </main>
      );
    case 'failed':
      return (
        <main className="page">
          <Failure error={state.error} retry={() => store.load()} />
        </main>
      );
    case 'out': {
      const here = pathname + search;
      return (
        <Navigate to={here === '/' ? '/sign-in' : `/sign-in?returnTo=${encodeURIComponent(here)}`} replace />
      );
    }
    case 'in':
    case 'lost':
      return (
        <LiveProvider>
          {children}
          {state.status === 'lost' && (
            <CrashBoundary small>
              <Suspense>
                <Lost email={state.session.me?.email ?? ''} />
              </Suspense>
            </CrashBoundary>
          )}
        </LiveProvider>
      );
  }
}
