import type { CaseTable } from '../../support/core/case-row.js';
import { concurrent, noPast } from './both-sides.js';
import { decided, open } from './decisions.js';
import { observations, outcomes } from './one-side.js';

/** All case tables, in the order of semantics §2. */
export const TABLES: readonly CaseTable[] = [observations, outcomes, concurrent, noPast, open, decided];
