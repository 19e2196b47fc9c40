import picocolors from 'picocolors';

/** Where commands write. Results go to `out`, everything else to `err`, so that a pipe gets results alone. */
export interface Terminal {
  readonly json: boolean;
  /** Progress bars and the like only make sense where a person looks on. */
  readonly interactive: boolean;
  readonly colours: ReturnType<typeof picocolors.createColors>;
  out(text: string): void;
  err(text: string): void;
}

export function openTerminal(json: boolean): Terminal {
  return {
    json,
    interactive: process.stderr.isTTY && !json,
    colours: picocolors.createColors(picocolors.isColorSupported && process.stdout.isTTY && !json),
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
  };
}

/** Prints a result: as JSON in one line where asked for, else as text for people. */
export function print(terminal: Terminal, data: unknown, text: () => string): void {
  terminal.out(terminal.json ? JSON.stringify(data) : text());
}
