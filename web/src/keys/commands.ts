import type { KeyAction } from './key-map';

export type KeyHandlers = Partial<Readonly<Record<KeyAction, () => void>>>;

interface Layer {
  readonly current: KeyHandlers;
}

/** What the screens that are shown can do now. Of two that know the same action, the later one does it. */
export class Commands {
  readonly #layers: Layer[] = [];

  add(layer: Layer): () => void {
    this.#layers.push(layer);
    return () => {
      this.#layers.splice(this.#layers.indexOf(layer), 1);
    };
  }

  handlerOf(action: KeyAction): (() => void) | undefined {
    return this.#layers.findLast((layer) => layer.current[action] !== undefined)?.current[action];
  }

  has(action: KeyAction): boolean {
    return this.handlerOf(action) !== undefined;
  }
}

export const commands = new Commands();
