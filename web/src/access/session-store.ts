import { ApiError, setCsrfToken } from '../api/client';
import { getSession, signIn, signOut } from '../api/access';
import type { Session } from '../api/access';

export type SessionState =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: Error }
  | { readonly status: 'out'; readonly session: Session }
  /** `lost`: the service does not know this browser any more; what is on the screen is kept until somebody signs in again. */
  | { readonly status: 'in' | 'lost'; readonly session: Session };

/** Who is signed in, for the whole page. Lives outside of React: every answer of the service may tell that nobody is. */
export class SessionStore {
  #state: SessionState = { status: 'loading' };
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): SessionState => this.#state;

  async load(): Promise<void> {
    try {
      this.adopt((await getSession()).data);
    } catch (error) {
      if (this.#state.status === 'loading' || this.#state.status === 'failed')
        this.#set({ status: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  /** @throws ApiError when it was refused */
  async signIn(email: string, password: string): Promise<void> {
    this.adopt((await signIn(email, password)).data);
  }

  async signOut(): Promise<void> {
    try {
      await signOut();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
    setCsrfToken(null);
    // Answers, decisions and what was uncovered are all over the page: whoever sits down next finds a new one.
    this.#set({ status: 'loading' });
    window.location.reload();
  }

  /** An answer that says who is signed in. */
  adopt(session: Session): void {
    const before = 'session' in this.#state ? this.#state.session : null;
    if (session.me === null) {
      if (before !== null && before.me !== null) this.lost();
      else this.#set({ status: 'out', session });
      return;
    }
    setCsrfToken(session.csrfToken);
    // Somebody else: nothing of what the one before has seen or begun may stay.
    if (before !== null && before.me !== null && before.me.id !== session.me.id) window.location.reload();
    this.#set({ status: 'in', session });
  }

  lost(): void {
    if (this.#state.status === 'in') this.#set({ status: 'lost', session: this.#state.session });
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
