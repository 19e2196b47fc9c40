import { ApiProperty } from './api-doc.js';
import { displayClock } from '../core/clock.js';
import { isoTime, type Stamp } from '../core/stamp.js';
import type { Author, Version } from '../core/unit.js';
import type { Json } from '../core/value.js';
import { clockValue, dateTime, jsonValue } from './api-schema.js';

/** An answer's fields without its class, to build a larger answer from. */
export type Plain<T> = Pick<T, keyof T>;

export class AuthorDto {
  @ApiProperty({ enum: ['person', 'integration', 'import', 'unknown'] })
  kind!: string;

  @ApiProperty()
  name!: string;
}

export class IntervalDto {
  @ApiProperty(dateTime)
  from!: string;

  @ApiProperty(dateTime)
  to!: string;
}

/** One value with its clock, as every answer shows it. */
export class VersionDto {
  @ApiProperty(jsonValue)
  value!: Json;

  @ApiProperty({ ...jsonValue, description: "The side's own representation" })
  raw!: Json;

  @ApiProperty(clockValue)
  clock!: Readonly<Record<string, number>>;

  @ApiProperty({ type: AuthorDto, nullable: true, description: 'Who made it, as far as the side tells' })
  by!: AuthorDto | null;

  @ApiProperty({
    type: IntervalDto,
    nullable: true,
    description: 'Hub time within which the edit certainly was made',
  })
  at!: IntervalDto | null;
}

export function versionAnswer(version: Version, raw: Json): Plain<VersionDto> {
  return {
    value: version.value,
    raw,
    clock: displayClock(version),
    by: authorAnswer(version.by),
    at: intervalAnswer(version.stamp),
  };
}

export function authorAnswer(author: Author | null): AuthorDto | null {
  return author === null ? null : { kind: author.kind, name: author.name };
}

export function intervalAnswer(stamp: Stamp | null): IntervalDto | null {
  return stamp === null ? null : { from: isoTime(stamp[0]), to: isoTime(stamp[1]) };
}
