import { ApiProperty } from './api-doc.js';
import type { Plain } from './version-answer.js';

export class TargetIdsDto {
  @ApiProperty({ type: String, nullable: true })
  A!: string | null;

  @ApiProperty({ type: String, nullable: true })
  B!: string | null;
}

/** A record that a reference points to. */
export class TargetDto {
  @ApiProperty({ example: 'rec_42', description: 'As it stands in the values of references' })
  id!: string;

  @ApiProperty()
  pipeline!: string;

  @ApiProperty({ description: 'Its name for people' })
  title!: string;

  @ApiProperty({ type: TargetIdsDto })
  ids!: TargetIdsDto;
}

export type Target = Plain<TargetDto>;
