import { ConnectorError } from '../connectors/errors.js';
import type { Side } from '../core/clock.js';

/** A side cannot be written now, found before anything was planned for it. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';

  constructor(
    readonly side: Side,
    override readonly cause: ConnectorError,
  ) {
    super(cause.message);
  }
}

/** What a side is asked in preparation of a write. @throws WriteRefused where its connector fails */
export async function preparing<T>(side: Side, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof ConnectorError ? new WriteRefused(side, error) : error;
  }
}
