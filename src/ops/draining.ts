import { Injectable } from '@nestjs/common';

/** Whether the service is on its way out: not ready any more, though it still answers. */
@Injectable()
export class Draining {
  #since: Date | undefined;

  begin(now: Date): void {
    this.#since ??= now;
  }

  get since(): Date | undefined {
    return this.#since;
  }
}
