import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Everything that is built from sources of ours, the examples included. */
const built = new URL('../', import.meta.url).href;

/** By the address of the built file; `null` where there is none that can be read. */
const maps = new Map<string, SourceMap | null>();

/**
 * From now on stacks name the lines of the sources. A map is read when a stack with its file in it is: `node --enable-source-maps` reads
 * all of them at every start, most of them never to be used.
 */
export function nameSourcePositions(): void {
  if (process.sourceMapsEnabled) return;
  Error.prepareStackTrace = (error, frames) => [headOf(error), ...frames.map(lineOf)].join('\n');
}

function headOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'Error';
  }
}

function lineOf(frame: NodeJS.CallSite): string {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- V8 gives it a text of its own
  const said = `    at ${frame.toString()}`;
  const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
  if (file === null || file === undefined || line === null || column === null || !file.startsWith(built))
    return said;
  const origin = mapOf(file)?.findOrigin(line, column);
  if (origin === undefined || !('fileName' in origin)) return said;
  const source = fileURLToPath(new URL(origin.fileName, file));
  return said.replace(`${file}:${line}:${column}`, `${source}:${origin.lineNumber}:${origin.columnNumber}`);
}

function mapOf(file: string): SourceMap | null {
  const known = maps.get(file);
  if (known !== undefined) return known;
  let map: SourceMap | null = null;
  try {
    map = new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8')) as SourceMapPayload);
  } catch {
    // A deployment without maps: the lines of the built files are better than none.
  }
  maps.set(file, map);
  return map;
}
