import type { AuditActor } from '../database/audit.js';

/** What the service does by itself. */
export const ACCORD: AuditActor = {
  kind: 'service',
  id: null,
  personId: null,
  name: 'Accord',
  address: null,
  requestId: null,
};
