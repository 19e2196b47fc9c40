import { createHash } from 'node:crypto';
import type { Reason } from '../core/difference.js';
import { stableStringify, type Json } from '../core/value.js';

/** What a comparison of both sides with what is held of them has shown. Whoever has it can tell that it was not altered. */
export interface Certificate {
  readonly version: 1;
  /** Public id of the verification. */
  readonly verification: string;
  readonly pipeline: string;
  readonly revision: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly sides: Readonly<Record<'A' | 'B', CertifiedSide>>;
  /** Differences that stood when they were looked at again, by reason. */
  readonly differences: Readonly<Record<Reason, number>>;
  /** SHA-256 over the list of differences (`DifferenceDigest`). */
  readonly listDigest: string;
}

export interface CertifiedSide {
  readonly label: string;
  readonly object: string;
  /** Linked records that were compared, and their fields. */
  readonly records: number;
  readonly fields: number;
  /** SHA-256 over what the side showed of them, page by page. */
  readonly digest: string;
}

/** One difference as far as the certificate vouches for it. */
export interface CertifiedDifference {
  readonly kind: string;
  readonly reason: string;
  readonly record: string | null;
  readonly side: string | null;
  readonly externalId: string | null;
  readonly unit: string | null;
  readonly held: Json;
  readonly seen: Json;
  readonly detail: string;
}

/** SHA-256, hex, of the certificate in its canonical form. */
export function certificateHash(certificate: Certificate): string {
  return createHash('sha256')
    .update(stableStringify(certificate as unknown as Json))
    .digest('hex');
}

/** SHA-256 over a list of differences, in its order, however long it is. */
export class DifferenceDigest {
  readonly #hash = createHash('sha256');

  add(one: CertifiedDifference): void {
    const { kind, reason, record, side, externalId, unit, held, seen, detail } = one;
    const row = [kind, reason, record, side, externalId, unit, held, seen, detail];
    this.#hash.update(stableStringify(row)).update('\n');
  }

  hex(): string {
    return this.#hash.digest('hex');
  }
}
