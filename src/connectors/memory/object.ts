import type { FieldType } from '../../core/value.js';
import type { FieldSchema, ObjectSchema } from '../connector.js';
import { ConnectorError } from '../errors.js';
import type { WriteAnswer, WriteRequest } from './exchange.js';
import { NO_FAULTS, type MemoryCall, type MemoryFaults } from './faults.js';
import type { MemorySystem } from './system.js';

/** One object of a system in memory as connectors reach it: its schema, the wire to it with its faults, and the hub's time. */
export class MemoryObject {
  faults: MemoryFaults = NO_FAULTS;
  readonly schema: ObjectSchema;
  readonly #late: WriteRequest[] = [];
  /** What was sent, by consumer and id. */
  readonly #sent = new Map<string, Map<string, WriteRequest>>();
  #lastId = 0;

  /**
   * @param fields name → type; raws are texts, as of the SQL systems
   * @param now the hub's clock, ms
   */
  constructor(
    readonly name: string,
    readonly system: MemorySystem,
    fields: Readonly<Record<string, FieldType>>,
    readonly now: () => number,
  ) {
    this.schema = {
      object: name,
      key: ['id'],
      fields: Object.entries(fields).map(([field, type]) => fieldSchema(field, type)),
      fingerprint: Object.entries(fields)
        .map((entry) => entry.join(':'))
        .join(),
    };
  }

  /** An id that no record has had. */
  newId(): string {
    for (;;) {
      const id = String(++this.#lastId).padStart(9, '0');
      if (!this.system.records.has(id)) return id;
    }
  }

  /** A call that asks for something. @throws ConnectorError `side-unreachable` where it, or its answer, is lost */
  ask<T>(call: MemoryCall, work: () => T): T {
    if (this.faults.request(call) === 'lost') throw unreachable(this.name);
    const answer = work();
    if (this.faults.answer(call) === 'lost') throw unreachable(this.name);
    return answer;
  }

  /** @returns `null`: no answer came, and whether the request was carried out, or still will be, is not known */
  send(consumer: string, request: WriteRequest): WriteAnswer | 'fenced' | null {
    const known = this.#sent.get(consumer) ?? new Map<string, WriteRequest>();
    this.#sent.set(consumer, known.set(request.id, request));
    const fault = this.faults.request('write');
    if (fault === 'lost') return null;
    if (fault === 'late') {
      this.#late.push(request);
      return null;
    }
    const answer = this.system.write(request, this.now());
    if (fault === 'twice') this.system.write(request, this.now());
    return this.faults.answer('write') === 'lost' ? null : answer;
  }

  /** What a consumer sent under an id, as far as it is not forgotten. */
  sent(consumer: string, id: string): WriteRequest | undefined {
    return this.#sent.get(consumer)?.get(id);
  }

  /** Requests that were held up arrive now, oldest first. @returns how many */
  arrive(): number {
    const requests = this.#late.splice(0);
    for (const request of requests) this.system.write(request, this.now());
    return requests.length;
  }

  /** Forgets fences of a consumer that `gone` says are gone for good. */
  forget(consumer: string, gone: (request: string) => boolean): void {
    const known = this.#sent.get(consumer);
    for (const request of [...(known?.keys() ?? [])]) {
      if (!gone(request)) continue;
      known?.delete(request);
      this.system.forget(request);
    }
  }
}

function fieldSchema(name: string, type: FieldType): FieldSchema {
  return {
    name,
    nativeType: type,
    type,
    required: false,
    readOnly: false,
    unique: false,
    hasDefault: false,
    maxLength: null,
    options: null,
    identity: name,
  };
}

function unreachable(name: string): ConnectorError {
  return new ConnectorError('side-unreachable', `${name} did not answer`, { retryable: true });
}
