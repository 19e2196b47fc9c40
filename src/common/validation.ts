import { ValidationPipe, type PipeTransform, type ValidationError } from '@nestjs/common';
import { AppError, type Fault } from './errors.js';

/**
 * What class-validator found, one fault per broken constraint, with a JSON pointer (RFC 6901) to the value.
 * Sorted by pointer, so that the same input always gives the same list.
 */
export function faultsOf(errors: readonly ValidationError[], parent = ''): Fault[] {
  return errors
    .flatMap((error) => {
      const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const own = Object.entries(error.constraints ?? {}).map(([code, detail]) => ({
        pointer,
        detail,
        code,
      }));
      return [...own, ...faultsOf(error.children ?? [], pointer)];
    })
    .sort((a, b) => (a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0));
}

/** The pipe for every request: what a DTO does not declare is refused, and all faults are named at once. */
export function requestValidation(): PipeTransform {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: (errors) => {
      const faults = faultsOf(errors);
      return new AppError(
        'invalid',
        faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '),
        { faults },
      );
    },
  });
}
