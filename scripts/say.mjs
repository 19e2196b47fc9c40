// The scripts in this folder run on Node 20 and before anything is installed: no dependency, no newer syntax.

export function say(words) {
  process.stderr.write(`${words}\n`);
}

/** Ends with words for people instead of a stack. */
export function fail(...lines) {
  say(['', ...lines, ''].join('\n'));
  process.exit(1);
}
