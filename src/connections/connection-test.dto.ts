import { ApiProperty } from '../common/api-doc.js';
import { dateTime } from '../common/api-schema.js';
import type { ErrorCode } from '../common/errors.js';

/** What a test of a connection looks at, in this order. What comes behind one that failed is skipped. */
export const CHECKS = [
  'secret',
  'reach',
  'encryption',
  'sign-in',
  'database',
  'version',
  'server',
  'rights',
  'clock',
  'pipeline',
] as const;
export type CheckName = (typeof CHECKS)[number];

export class CheckDto {
  @ApiProperty({
    enum: CHECKS,
    description:
      'secret: the password can be read; reach: the server answers; encryption: TLS; server: how it is set up, where that deserves a word; rights: what the account may do; pipeline: the object of one pipeline',
  })
  check!: CheckName;

  @ApiProperty({ enum: ['ok', 'warning', 'failed', 'skipped'] })
  state!: 'ok' | 'warning' | 'failed' | 'skipped';

  @ApiProperty({ type: String, nullable: true, description: 'Stable code of what is wrong' })
  code!: ErrorCode | null;

  @ApiProperty({ description: 'What was found, in words' })
  detail!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What can be done; a statement to run where there is one',
  })
  fix!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'For the check `pipeline`: its name' })
  pipeline!: string | null;
}

export class ConnectionTestDto {
  @ApiProperty({ description: 'Nothing failed; there may be warnings' })
  ok!: boolean;

  @ApiProperty({ type: [CheckDto] })
  checks!: readonly CheckDto[];

  @ApiProperty(dateTime)
  at!: string;

  @ApiProperty({ type: 'integer' })
  tookMs!: number;
}
