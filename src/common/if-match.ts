import { AppError } from './errors.js';

/**
 * The entity tags that a request accepts (RFC 9110 §13.1.1). `*` is refused: it would decide on values that nobody saw. Weak tags
 * never match.
 *
 * @throws AppError `precondition-required`
 */
export function acceptedTags(header: string | undefined): readonly string[] {
  const tags = (header ?? '').split(',').map((tag) => tag.trim());
  if (header === undefined || tags.every((tag) => tag === '' || tag === '*')) {
    throw new AppError(
      'precondition-required',
      'If-Match must carry the ETag of what is changed, as it was shown.',
    );
  }
  return tags;
}
