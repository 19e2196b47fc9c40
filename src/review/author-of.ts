import type { Author } from '../core/unit.js';
import type { AuditActor } from '../database/audit.js';

/** Who decided, as registers and lineage name authors: a program with a token is no person. */
export function authorOf({ kind, name }: AuditActor): Author {
  return { kind: kind === 'person' ? 'person' : 'integration', name };
}
