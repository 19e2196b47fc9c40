/** What one examination found. */
export interface Finding {
  /** What was looked at. */
  readonly what: string;
  readonly state: 'ok' | 'warning' | 'fault' | 'skipped';
  readonly detail: string;
  /** What to do about it; for faults and warnings. */
  readonly fix?: string;
}

export const ok = (what: string, detail: string): Finding => ({ what, state: 'ok', detail });
export const skipped = (what: string, detail: string): Finding => ({ what, state: 'skipped', detail });
export const warning = (what: string, detail: string, fix: string): Finding => ({
  what,
  state: 'warning',
  detail,
  fix,
});
export const fault = (what: string, detail: string, fix: string): Finding => ({
  what,
  state: 'fault',
  detail,
  fix,
});
