import { ApiProperty } from '../common/api-doc.js';

export class LiveDto {
  @ApiProperty({ enum: ['ok'] })
  status!: 'ok';
}

export class CheckDto {
  @ApiProperty({ enum: ['ok', 'failed'] })
  status!: 'ok' | 'failed';

  @ApiProperty({ description: 'What is wrong, or how it was found, for people' })
  detail!: string;
}

export class ChecksDto {
  @ApiProperty({ type: CheckDto })
  database!: CheckDto;

  @ApiProperty({ type: CheckDto })
  migrations!: CheckDto;

  @ApiProperty({ type: CheckDto })
  draining!: CheckDto;
}

export class ReadyDto {
  @ApiProperty({ enum: ['ok', 'failed'] })
  status!: 'ok' | 'failed';

  @ApiProperty({ type: ChecksDto })
  checks!: ChecksDto;
}
