import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from './api-doc.js';
import { IsIn, IsOptional } from 'class-validator';
import type { PersonalData } from '../core/pipeline/personal-data.js';
import type { Json } from '../core/value.js';
import type { Caller } from './caller.js';
import { COVERED } from './covered.js';

/** In place of what a system said of a write: servers repeat whole rows in their messages. */
export const COVERED_WORDS = 'what was said is covered: it may repeat personal data';

/** Asks for personal data, where a route has it. */
export const Reveal = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required: false,
      enum: ['personal'],
      description:
        'Shows personal data (`pii` of the file) instead of covering it; needs `personal:read` there, and is noted in the audit log',
    }),
    IsOptional(),
    IsIn(['personal']),
  );

export class RevealQueryDto {
  @Reveal()
  reveal?: 'personal';
}

/** Who looks at records in a request, and whether they ask for personal data. `null`: nobody who may see any. */
export interface Sight {
  readonly caller: Caller | null;
  readonly asked: boolean;
}

export const UNSEEN: Sight = { caller: null, asked: false };

export function sightOf(caller: Caller, { reveal }: RevealQueryDto = {}): Sight {
  return { caller, asked: reveal === 'personal' };
}

/**
 * What of one pipeline's records is covered in one answer: all that is personal, or nothing. Whoever lifts it answers for it: `shown` is
 * what has to be noted before the answer goes out.
 */
export class Veil {
  readonly #shown = new Set<string>();
  #covered = false;

  constructor(
    readonly personal: PersonalData,
    readonly lifted = false,
  ) {}

  /** Units whose personal values have been given out. */
  get shown(): readonly string[] {
    return [...this.#shown].sort();
  }

  /** Whether anything was covered so far. */
  get covered(): boolean {
    return this.#covered;
  }

  /** Whether the values of a field or group are covered. */
  covers(unit: string): boolean {
    if (!this.personal.hides(unit)) return false;
    return this.#cover(unit);
  }

  over<T>(unit: string, value: T): T | typeof COVERED {
    return this.covers(unit) ? COVERED : value;
  }

  /** Values by unit. */
  overAll(values: Readonly<Record<string, Json>>): Record<string, Json> {
    return Object.fromEntries(
      Object.entries(values).map(([unit, value]) => [unit, this.over<Json>(unit, value)]),
    );
  }

  /**
   * The name of a record, or what stands in for one that is personal: its id.
   *
   * @param revision in which the name was taken; without it, that in force
   */
  title(title: string, id: string, revision?: number): string {
    if (!this.#namesPeople(revision) || title === id) return title;
    return this.#cover('title') ? id : title;
  }

  /** A record's name where values stand. */
  overName<T>(name: T, revision: number): T | typeof COVERED {
    if (!this.#namesPeople(revision)) return name;
    return this.#cover('title') ? COVERED : name;
  }

  /** A value that is of the whole record. */
  overRecord<T>(value: T): T | typeof COVERED {
    if (!this.personal.any || value === null) return value;
    return this.#cover('record') ? COVERED : value;
  }

  /** What a system said: it may hold any value of a record, whatever the unit. */
  said(text: string): string {
    if (!this.personal.any) return text;
    return this.#cover('messages') ? COVERED_WORDS : text;
  }

  #cover(what: string): boolean {
    if (this.lifted) this.#shown.add(what);
    else this.#covered = true;
    return !this.lifted;
  }

  #namesPeople(revision = Infinity): boolean {
    return this.personal.title || revision <= this.personal.titlesUpTo;
  }
}
