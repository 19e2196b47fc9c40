import {
  ValidationPipe,
  type ArgumentMetadata,
  type PipeTransform,
  type ValidationError,
} from '@nestjs/common';
import { AppError, type Fault } from './errors.js';

/**
 * What class-validator found, one fault per broken constraint, with a JSON pointer (RFC 6901) to the value.
 * Sorted by pointer, so that the same input always gives the same list.
 */
export function faultsOf(errors: readonly ValidationError[], parent = ''): Fault[] {
  return errors
    .flatMap((error) => {
      const pointer = `${parent}/${pointerToken(error.property)}`;
      const own = Object.entries(error.constraints ?? {}).map(([code, detail]) => ({
        pointer,
        detail,
        code,
      }));
      return [...own, ...faultsOf(error.children ?? [], pointer)];
    })
    .sort((a, b) => (a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0));
}

/** Deeper than any value that is kept (core/canon/json-text.ts); validation walks what it gets by recursion. */
const MOST_LEVELS = 250;

/** The pipe for every request: what a DTO does not declare is refused, and all faults are named at once. */
export function requestValidation(): PipeTransform {
  return new RequestValidation({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: (errors) => invalid(faultsOf(errors)),
  });
}

/** Text that no database stores is refused wherever it stands: a NUL, half of a surrogate pair. */
class RequestValidation extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const fault = unstorable(value, metadata.type === 'param' ? `/${metadata.data ?? ''}` : '');
    if (fault !== null) throw invalid([fault]);
    return super.transform(value, metadata);
  }
}

function unstorable(root: unknown, at: string): Fault | null {
  const waiting: [value: unknown, pointer: string, level: number][] = [[root, at, 0]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, pointer, level] = next;
    if (typeof value === 'string' && !isStorable(value))
      return { pointer, code: 'text', detail: 'expected text without NUL and lone surrogates' };
    if (typeof value !== 'object' || value === null) continue;
    if (level === MOST_LEVELS)
      return { pointer: at, code: 'depth', detail: `expected at most ${String(MOST_LEVELS)} levels` };
    for (const [key, member] of Object.entries(value)) {
      if (!isStorable(key))
        return { pointer, code: 'text', detail: 'expected names without NUL and lone surrogates' };
      waiting.push([member, `${pointer}/${pointerToken(key)}`, level + 1]);
    }
  }
  return null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function invalid(faults: readonly Fault[]): AppError {
  const detail = faults.map((fault) => `${fault.pointer}: ${fault.detail}`).join('; ');
  return new AppError('invalid', detail, { faults });
}
