import type { Tier } from '../core/plan.js';
import type { Author } from '../core/unit.js';
import type { FieldType, Json, Raw } from '../core/value.js';

/**
 * The contract that every system fits. A Connector opens Connections; a Connection opens Endpoints; an Endpoint is one object
 * (table, record type) of one system as one pipeline uses it. The engine speaks to Endpoints only.
 *
 * All methods may be called concurrently unless they say otherwise. All throw ConnectorError (errors.ts) and nothing else; a
 * retryable one means that nothing was changed, or that it is not known (then `write` answers `unknown` instead of throwing).
 * No method retries by itself: backoff belongs to the engine, and a duplicate sent behind its back is a second overwrite.
 */
export interface Connector {
  readonly kind: string;
  open(config: ConnectionConfig): Promise<Connection>;
}

export interface ConnectionConfig {
  readonly name: string;
  readonly label: string;
  /** With secrets resolved. Never logged. */
  readonly url: string;
  readonly tls: { readonly mode: 'disable' | 'require' | 'verify-full'; readonly ca?: string } | null;
  /** Shown to the system as who connects (application_name, user agent). */
  readonly clientName: string;
}

export interface Connection {
  readonly config: ConnectionConfig;
  /** Reaches the system and tells what it is. Throws when it cannot be reached or the credentials are refused. */
  check(): Promise<SystemInfo>;
  /** The objects that could be synchronised, with their fields. */
  discover(): Promise<readonly ObjectSchema[]>;
  /** Opens one object. Throws `object-unknown`, `field-unknown`, `field-unsupported`, `key-missing`, `permission-missing` by name. */
  endpoint(options: EndpointOptions): Promise<Endpoint>;
  close(): Promise<void>;
}

export interface SystemInfo {
  readonly system: string;
  readonly version: string;
  /** Changes when the system was replaced by a copy or restored: PostgreSQL's system identifier, database and timeline. */
  readonly identity: string;
  readonly account: string;
  /** The system's clock minus ours, in ms, and how wrong that can be. */
  readonly clockOffsetMs: number;
  readonly clockErrorMs: number;
  readonly warnings: readonly string[];
  /** What the account may not do and some uses need, each with what an administrator can run. */
  readonly missingRights: readonly MissingRight[];
}

export interface MissingRight {
  /** In words, with what it is needed for. */
  readonly what: string;
  readonly grant: string;
}

export interface ObjectSchema {
  readonly object: string;
  /** Names of the key fields, in key order. */
  readonly key: readonly string[];
  readonly fields: readonly FieldSchema[];
  /** Equal while nothing that matters to a mapping has changed. */
  readonly fingerprint: string;
}

export interface FieldSchema {
  readonly name: string;
  /** The system's own name of the type: `character varying(40)`. */
  readonly nativeType: string;
  /** `null`: a type that cannot be kept exactly; mapping it is refused. */
  readonly type: FieldType | null;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly unique: boolean;
  readonly hasDefault: boolean;
  readonly maxLength: number | null;
  readonly options: readonly string[] | null;
  /** Another one when the field was dropped and made anew under its name; the same through a rename where the system can tell. */
  readonly identity: string;
}

export interface EndpointOptions {
  /** Names this user of the object durably (pipeline and side); capture state on the side is kept per consumer. */
  readonly consumer: string;
  readonly object: string;
  /** Fields to read and write. */
  readonly columns: readonly string[];
  readonly capture: {
    readonly mode: 'log' | 'polling' | 'snapshot';
    readonly updatedAt?: string;
    readonly overlapMs?: number;
  };
  readonly actorColumn?: string;
  /** Fields that are not there (any more) are left out and named in `Endpoint.absent`, where otherwise opening is refused. */
  readonly leaveOutAbsent?: boolean;
}

/** JSON, opaque to the engine, versioned by the connector. Saved in the transaction that stores what was read. */
export type Cursor = Json;

export interface Capabilities {
  readonly tier: Tier;
  /** Changes come as a totally ordered log per record and may be read as data. Otherwise as states that must be classified. */
  readonly orderedLog: boolean;
  /** Deletions are reported (log), or must be found by a full snapshot. */
  readonly reportsDeletes: boolean;
  /** A batch can be fenced after a lost answer, so that `settle` always knows. */
  readonly fences: boolean;
  readonly batch: { readonly read: number; readonly write: number };
}

/**
 * Record ids are text. One key field: its text form. Several: a JSON array of their text forms, in key order.
 */
export interface Endpoint {
  readonly options: EndpointOptions;
  readonly schema: ObjectSchema;
  /** Fields that were asked for and are not there, each with what became of it, in words. Neither read nor written. */
  readonly absent: Readonly<Record<string, string>>;
  readonly capabilities: Capabilities;

  /** Optional: throws what would keep `install` from its work, as far as that can be told without installing anything. */
  readonly installable?: () => Promise<void>;
  /** Installs what capture needs on the side. Idempotent; safe to run from two processes at once. */
  install(): Promise<void>;
  /** Removes this consumer, and with the last one every object that `install` made. */
  uninstall(): Promise<void>;

  /** A cursor that stands at "now": later `changes` report what commits after it. */
  now(): Promise<Cursor>;
  /** Cheap: false only when `changes(cursor)` would certainly be empty. */
  hasNews(cursor: Cursor): Promise<boolean>;
  /**
   * Next page of what happened after `cursor`: about `limit` entries or states, fewer where their values are large. An empty page may
   * carry a moved cursor. Not to be called concurrently on one endpoint.
   */
  changes(cursor: Cursor, limit: number): Promise<ChangePage>;
  /** True when `cursor` stands after the commit marked `mark` (a receipt's mark): whatever preceded that write has been read. Pure. */
  covers(cursor: Cursor, mark: string): boolean;

  /**
   * All records, in key order, each page consistent with the cursor `now()` taken before the first page: a change that a page
   * does not show is reported by `changes` from that cursor (and may be reported though the page shows it).
   * `after`: continue behind this id. Memory is bounded by one page.
   */
  snapshot(options: {
    readonly columns: readonly string[];
    readonly pageSize: number;
    readonly after?: string;
  }): AsyncIterable<readonly RecordState[]>;
  /** Present state by id; ids that do not exist are absent from the answer. At most `capabilities.batch.read` ids. */
  fetch(ids: readonly string[]): Promise<StatePage>;
  /**
   * Optional, for systems that can hash their own records: SHA-256, hex, of what `digestOf` (digest.ts) makes of the same records. At
   * most `capabilities.batch.read` ids. `null` where these cannot be hashed there: read them instead. Absent: always read them.
   */
  readonly digest?: (ids: readonly string[], columns: readonly string[]) => Promise<string | null>;
  /** True where the system may keep records from this account (row security, sharing): one that is absent need not be gone. */
  hidesRecords(): Promise<boolean>;
  /** How many records there are, about; `null` when finding out would cost a scan. */
  estimate(): Promise<number | null>;

  /** Ids for `n` records about to be created, where the system hands them out (sequence, uuid); `null` when ids come from mapped fields. */
  allocateIds(n: number): Promise<readonly string[] | null>;
  /**
   * One batch, conditional per item: an item is applied only if every field in `expect` still holds that raw. All or nothing per item.
   * The batch id is recorded in the same transaction where the system can (`fences`). At most `capabilities.batch.write` items.
   */
  write(batch: WriteBatch): Promise<WriteReceipt>;
  /** Of these fields, those that the account may not write at present. Cheap. */
  unwritable(fields: readonly string[]): Promise<readonly string[]>;
  /** After a lost answer: was the batch applied? Answering `dead` also guarantees that it never will be. Idempotent. */
  settle(batchId: string): Promise<WriteReceipt>;
  /** The highest id of a batch of this consumer that the system remembers; `null` when it remembers none. */
  lastBatch(): Promise<string | null>;
  /** Forget fences of batches up to this id, and captured changes before `cursor`, as far as no other consumer needs them. */
  purge(options: { readonly cursor: Cursor; readonly batchesBefore: string | null }): Promise<void>;

  /** Reads the schema again and tells what changed since `schema`; `null` when nothing. */
  drift(): Promise<SchemaDrift | null>;
  close(): Promise<void>;
}

export type ChangePage = LogPage | StatePage;

export interface LogPage {
  readonly kind: 'log';
  /**
   * In the order in which they took effect, exact per record. What one source transaction did to a record is on one page (up to a few
   * times the size of a page), or a value that nobody ever saw would be taken for one that stood.
   */
  readonly entries: readonly LogEntry[];
  readonly cursor: Cursor;
  readonly more: boolean;
  /** Something is missing before or inside this page: take a snapshot. */
  readonly gap: Gap | null;
  readonly merges?: readonly Merge[];
}

/**
 * Evidence that a system has merged two of its records, as CRMs do: `id` is no record of its own any more, and `into` stands for both. Told
 * on the page that shows `id` gone, or earlier, never later: a deletion that comes without it is a deletion. In the order in which they
 * were merged; from then on neither `fetch` nor a page answers with `id`. Optional: a system that cannot tell leaves it out, and then a
 * person must (`accord merged`). May be told more than once.
 */
export interface Merge {
  readonly id: string;
  readonly into: string;
  readonly by: Author | null;
}

export interface LogEntry {
  /** Rises with every entry of the side; orders the entries of one record exactly. */
  readonly position: number;
  readonly tx: string;
  readonly op: 'insert' | 'update' | 'delete' | 'rekey';
  readonly id: string;
  /** `rekey`: the id it had. */
  readonly oldId: string | null;
  /** Fields of the endpoint that changed: what stood before (absent for insert) and stands after (absent for delete). */
  readonly before: Readonly<Record<string, Raw>> | null;
  readonly after: Readonly<Record<string, Raw>> | null;
  /** Set when the entry was caused inside one of our write transactions (the side's own triggers, cascades): it follows that write. */
  readonly batchId: string | null;
  readonly by: Author | null;
  /** When the side says it happened, its own clock, ms since the epoch. */
  readonly at: number;
}

export interface StatePage {
  readonly kind: 'states';
  readonly states: readonly RecordState[];
  /** Hub time just before the read was sent and just after it was answered, ms. */
  readonly readStart: number;
  readonly readEnd: number;
  readonly cursor: Cursor;
  readonly more: boolean;
  readonly gap: Gap | null;
  readonly merges?: readonly Merge[];
}

export interface RecordState {
  readonly id: string;
  readonly values: Readonly<Record<string, Raw>>;
  /** Modification stamp of the record on the side's clock, ms, when the side has one. */
  readonly modifiedAt: number | null;
  readonly by: Author | null;
}

export interface Gap {
  readonly reason: 'truncated' | 'log-capped' | 'cursor-lost' | 'restored' | 'schema-changed';
  readonly detail: string;
}

export interface WriteBatch {
  /** Decimal digits; rises over the life of a pipeline. The same id always means the same bytes. */
  readonly id: string;
  readonly items: readonly WriteItem[];
}

export type WriteItem =
  | {
      readonly op: 'update';
      readonly id: string;
      readonly set: Readonly<Record<string, Raw>>;
      readonly expect: Readonly<Record<string, Raw>>;
    }
  | { readonly op: 'create'; readonly id: string; readonly set: Readonly<Record<string, Raw>> }
  | { readonly op: 'delete'; readonly id: string; readonly expect: Readonly<Record<string, Raw>> };

export type WriteReceipt =
  | {
      readonly status: 'committed';
      /** Log sides: entries of a written record at or below this position precede our write. */
      readonly position: number;
      /** For `covers`. */
      readonly mark: string;
      /** Items that were not simply applied as sent. By index into the batch; every other item was applied and stands exactly as sent. */
      readonly exceptions: readonly ItemException[];
    }
  /** Certainly not applied, and never will be. */
  | { readonly status: 'dead'; readonly reason: string; readonly retryAfterMs: number | null }
  /** Sent, no answer: settle before anything else is sent to these records. */
  | { readonly status: 'unknown'; readonly reason: string };

export type ItemException =
  /** Applied, but the side stores something else (rounding, padding, its own triggers): what stands now. `also`: other fields the side changed because of it. */
  | {
      readonly index: number;
      readonly kind: 'normalised';
      readonly after: Readonly<Record<string, Raw>>;
      readonly also: Readonly<Record<string, Raw>>;
    }
  /** Some expected value no longer stood; nothing of the item was written. What stands, read in the same transaction. */
  | { readonly index: number; readonly kind: 'missed'; readonly current: Readonly<Record<string, Raw>> }
  | { readonly index: number; readonly kind: 'gone' }
  /** `create`: a record with this id or a unique value already exists. */
  | { readonly index: number; readonly kind: 'duplicate'; readonly detail: string }
  /** The side will not take it: `columns` where it says which. Never sent again unchanged. */
  | {
      readonly index: number;
      readonly kind: 'rejected';
      readonly code: string;
      readonly detail: string;
      readonly columns: readonly string[];
    };

export interface SchemaDrift {
  readonly schema: ObjectSchema;
  /** Per field of the endpoint that changed, or that was absent and is there again: what, in words. Empty when only other fields changed. */
  readonly fields: Readonly<Record<string, string>>;
  /** Field → its new name, where the side can tell that it was renamed. */
  readonly renamed: Readonly<Record<string, string>>;
}
