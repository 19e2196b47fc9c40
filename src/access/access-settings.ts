import type { Env } from '../common/env.js';

/** What of the environment access depends on. */
export class AccessSettings {
  readonly idleMs: number;
  readonly longestMs: number;
  /** Cookies for TLS only. */
  readonly secure: boolean;

  /** @param demo the people of the demo exist: in the demo alone */
  constructor(
    readonly env: Env,
    readonly demo: boolean,
  ) {
    this.idleMs = env.ACCORD_SESSION_IDLE_MINUTES * 60_000;
    this.longestMs = env.ACCORD_SESSION_HOURS * 3_600_000;
    this.secure = env.publicUrl.startsWith('https:');
  }
}
