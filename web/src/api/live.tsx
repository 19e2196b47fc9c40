import {
  createContext,
  useContext,
  useEffect,
  useEffectEvent,
  useMemo,
  useState,
  type ReactNode,
} from 'react';

export type LiveEventName = 'conflict' | 'pipeline' | 'decision';

export interface LiveEvent {
  readonly name: LiveEventName;
  /** Id of a conflict or decision, name of a pipeline; `null` after a gap: anything may have changed. */
  readonly subject: string | null;
}

type Listener = (event: LiveEvent) => void;

interface Live {
  readonly connected: boolean;
  readonly subscribe: (listener: Listener) => () => void;
}

const names: readonly LiveEventName[] = ['conflict', 'pipeline', 'decision'];
const RETRY_MS = 4_000;

const LiveContext = createContext<Live>({ connected: false, subscribe: () => () => undefined });

/**
 * One event stream per tab. The browser resumes it with `Last-Event-ID`; where the server closed it for good, a new one is
 * opened and listeners are told that they may have missed something.
 */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [connected, setConnected] = useState(false);
  const [listeners] = useState(() => new Set<Listener>());

  useEffect(() => {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gap = false;
    const tell = (event: LiveEvent) => {
      for (const listener of listeners) listener(event);
    };
    const open = () => {
      source = new EventSource('/api/v1/events');
      source.onopen = () => {
        setConnected(true);
        if (gap) for (const name of names) tell({ name, subject: null });
        gap = false;
      };
      source.onerror = () => {
        setConnected(false);
        if (source?.readyState !== EventSource.CLOSED) return;
        gap = true;
        timer = setTimeout(open, RETRY_MS);
      };
      for (const name of names) {
        source.addEventListener(name, (event: MessageEvent<string>) =>
          tell({ name, subject: subjectOf(event.data) }),
        );
      }
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [listeners]);

  const live = useMemo<Live>(
    () => ({
      connected,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
    [connected, listeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): boolean {
  return useContext(LiveContext).connected;
}

export function useLiveEvent(listener: Listener): void {
  const { subscribe } = useContext(LiveContext);
  const onEvent = useEffectEvent(listener);
  useEffect(() => subscribe((event) => onEvent(event)), [subscribe]);
}

function subjectOf(data: string): string | null {
  try {
    const parsed = JSON.parse(data) as { readonly id?: unknown; readonly name?: unknown };
    const subject = parsed.id ?? parsed.name;
    return typeof subject === 'string' ? subject : null;
  } catch {
    return null;
  }
}
