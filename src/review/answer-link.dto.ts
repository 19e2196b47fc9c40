import { ApiProperty } from '../common/api-doc.js';
import { IsString, MaxLength } from 'class-validator';
import { dateTime, jsonValue } from '../common/api-schema.js';
import type { Json } from '../core/value.js';

export class FollowAnswerLinkDto {
  @ApiProperty({ maxLength: 500, description: 'What stands behind the # of the address in the mail' })
  @IsString()
  @MaxLength(500)
  token!: string;
}

export class ChangedSinceMailDto {
  @ApiProperty({ description: 'Whose value it is' })
  label!: string;

  @ApiProperty({ ...jsonValue, description: 'When the mail was written' })
  before!: Json;

  @ApiProperty({ ...jsonValue, description: 'Now; null also where there is none any more' })
  after!: Json;
}

export const ANSWER_LINK_STATES = ['ready', 'changed', 'decided', 'used'] as const;

export class AnswerLinkDto {
  @ApiProperty({ enum: ['a', 'b'] })
  take!: 'a' | 'b';

  @ApiProperty({ description: 'The system whose value it takes' })
  label!: string;

  @ApiProperty({
    enum: ANSWER_LINK_STATES,
    description:
      '`changed`: the conflict is not what the mail showed, see `changes`; `decided`: it is decided or closed; `used`: this link was',
  })
  state!: (typeof ANSWER_LINK_STATES)[number];

  @ApiProperty({ type: [ChangedSinceMailDto] })
  changes!: ChangedSinceMailDto[];

  @ApiProperty(dateTime)
  expiresAt!: string;
}
