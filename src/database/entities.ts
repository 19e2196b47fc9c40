import { AbsenceSweep, AbsentRecord } from './entities/absence.js';
import { AttemptBatch } from './entities/attempt-batch.js';
import { Audit, AuditCheck, AuditHead } from './entities/audit.js';
import { BlockedUnit } from './entities/blocked-unit.js';
import { Conflict, Decision } from './entities/conflict.js';
import { Connection, Secret } from './entities/connection.js';
import { Counter } from './entities/counter.js';
import { ApiToken, LoginAttempt, OidcFlow, OneTimeLink, Session } from './entities/credentials.js';
import { GuardTrip } from './entities/guard-trip.js';
import { Idempotency } from './entities/idempotency.js';
import { LagMinute } from './entities/lag-minute.js';
import { Lease } from './entities/lease.js';
import { Lineage } from './entities/lineage.js';
import { Link, LinkAlias, RecordExclusion } from './entities/link.js';
import { LoadPair, LoadRecord, LoadReport, Unmatched } from './entities/load.js';
import {
  DoNotRelink,
  LinkOrder,
  LinkOrderEnd,
  MatchCandidate,
  MatchKey,
  MatchPair,
  MatchQuestion,
  MatchRecord,
} from './entities/matching.js';
import { MailOutbox } from './entities/mail-outbox.js';
import { AnswerLink, MailMark, Notice, NotifyPreference, ServiceKey } from './entities/notify.js';
import { Person, PersonGrant } from './entities/person.js';
import { Pipeline, PipelineRevision, SideState } from './entities/pipeline.js';
import { Reference, ReferenceNewcomer, ReferenceUse } from './entities/reference.js';
import { PushDue, Shadow } from './entities/shadow.js';
import {
  Installation,
  ReviewItem,
  ReviewNote,
  ReviewSkip,
  ReviewTally,
  ReviewTallyChange,
} from './entities/review-item.js';
import { Undeliverable } from './entities/undeliverable.js';
import { Verification, VerificationDifference, VerificationSuspect } from './entities/verification.js';

/** Every entity; nothing is discovered by scanning folders. */
export const entities = [
  Pipeline,
  PipelineRevision,
  SideState,
  AbsenceSweep,
  AbsentRecord,
  Link,
  LinkAlias,
  RecordExclusion,
  Shadow,
  PushDue,
  AttemptBatch,
  Lineage,
  Conflict,
  Decision,
  BlockedUnit,
  GuardTrip,
  LagMinute,
  Undeliverable,
  Reference,
  ReferenceUse,
  ReferenceNewcomer,
  ReviewItem,
  ReviewNote,
  ReviewSkip,
  ReviewTally,
  ReviewTallyChange,
  Installation,
  LoadPair,
  LoadRecord,
  LoadReport,
  Unmatched,
  MatchRecord,
  MatchKey,
  MatchPair,
  MatchQuestion,
  MatchCandidate,
  LinkOrder,
  LinkOrderEnd,
  DoNotRelink,
  MailOutbox,
  NotifyPreference,
  Notice,
  MailMark,
  AnswerLink,
  ServiceKey,
  Connection,
  Secret,
  Lease,
  Idempotency,
  Counter,
  Person,
  PersonGrant,
  Session,
  ApiToken,
  OneTimeLink,
  LoginAttempt,
  OidcFlow,
  Audit,
  AuditCheck,
  AuditHead,
  Verification,
  VerificationSuspect,
  VerificationDifference,
];
