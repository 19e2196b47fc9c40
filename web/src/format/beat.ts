import { useSyncExternalStore } from 'react';

/** One timer for all who watch the same clock; nobody watching, none. */
class Beat {
  private now = Date.now();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly everyMs: number) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.timer ??= setInterval(this.tick, this.everyMs);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  };

  /** What was read while nobody watched is at most one beat old. */
  readonly read = (): number => {
    if (this.timer === undefined && Date.now() - this.now >= this.everyMs) this.now = Date.now();
    return this.now;
  };

  private readonly tick = (): void => {
    this.now = Date.now();
    for (const listener of this.listeners) listener();
  };
}

const beats = new Map<number, Beat>();

/** The time, in ms, as it was at the last of regular beats. */
export function useNow(everyMs: number): number {
  let beat = beats.get(everyMs);
  if (beat === undefined) beats.set(everyMs, (beat = new Beat(everyMs)));
  return useSyncExternalStore(beat.subscribe, beat.read);
}
