import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is what is waited for. */
export async function until<T>(look: () => Promise<T>, isIt: (seen: T) => boolean, what: string): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const seen = await look();
    if (isIt(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`waited for ${what}, saw ${JSON.stringify(seen)}`);
    await sleep(50);
  }
}
