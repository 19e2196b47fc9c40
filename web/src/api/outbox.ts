import { afterPaint } from '../states/after-paint';

/**
 * What people decided goes out in their order, once the screen shows it: the service works on the same processors as the browser, or is far
 * away, and in neither case does a frame wait for it. Nothing stays when the page is left or put away.
 */
class Outbox {
  private waiting: (() => void)[] = [];
  private callOff: (() => void) | undefined;

  constructor() {
    addEventListener('pagehide', this.empty);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.empty();
    });
  }

  /** @returns what the request answers, or why it failed */
  send<T>(request: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => void request().then(resolve, reject));
      this.callOff ??= afterPaint(this.empty);
    });
  }

  private readonly empty = (): void => {
    this.callOff?.();
    this.callOff = undefined;
    for (const send of this.waiting.splice(0)) send();
  };
}

export const outbox = new Outbox();
