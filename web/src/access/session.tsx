import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { onUnauthenticated } from '../api/client';
import type { Me, Permission } from '../api/access';
import { SessionStore, type SessionState } from './session-store';

const SessionContext = createContext<SessionStore | null>(null);

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [store] = useState(() => new SessionStore());
  useEffect(() => {
    void store.load();
    const look = () => {
      if (document.visibilityState === 'visible') void store.load();
    };
    // Signed out in another tab, or away for too long.
    document.addEventListener('visibilitychange', look);
    const stop = onUnauthenticated(() => store.lost());
    return () => {
      document.removeEventListener('visibilitychange', look);
      stop();
    };
  }, [store]);
  return <SessionContext value={store}>{children}</SessionContext>;
}

export function useSession(): { readonly state: SessionState; readonly store: SessionStore } {
  const store = useContext(SessionContext);
  if (store === null) throw new Error('a SessionProvider is missing');
  return { state: useSyncExternalStore(store.subscribe, store.read), store };
}

export function useMe(): Me | null {
  const { state } = useSession();
  return 'session' in state ? state.session.me : null;
}

/** Whether the person may do this, on the pipeline that is named, or on any. The service decides; this only spares a refusal. */
export function useMay(permission: Permission, pipeline?: string): boolean {
  return may(useMe(), permission, pipeline);
}

export function may(me: Me | null, permission: Permission, pipeline?: string): boolean {
  const within = me?.may.find((one) => one.permission === permission)?.pipelines;
  if (within === undefined) return false;
  return pipeline === undefined || within.includes('*') || within.includes(pipeline);
}
