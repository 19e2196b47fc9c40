import { ApiProperty } from '../common/api-doc.js';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsOptional,
  Matches,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import { MODES, NOTIFY_EVENTS, type Mode, type NotifyEvent } from './events.js';
import { isTimeZone, TIME_OF_DAY } from './local-time.js';

/** How long a digest gathers. */
export const DIGEST_MINUTES = [15, 30, 60, 120, 240] as const;

const timeOfDay = { type: String, pattern: TIME_OF_DAY.source, example: '08:00' } as const;
const IsTimeOfDay = (options?: ValidationOptions): PropertyDecorator =>
  Matches(TIME_OF_DAY, { message: 'must be a time of day such as 08:00', ...options });

const IsTimeZone = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTimeZone',
    validator: {
      validate: (value) => typeof value === 'string' && isTimeZone(value),
      defaultMessage: () => 'must be the name of a time zone such as Europe/Berlin',
    },
  });

export class QuietHoursDto {
  @ApiProperty(timeOfDay)
  @IsTimeOfDay()
  from!: string;

  @ApiProperty({ ...timeOfDay, description: 'Before `from`: of the next morning' })
  @IsTimeOfDay()
  to!: string;
}

export class EventPreferenceDto {
  @ApiProperty({ enum: NOTIFY_EVENTS })
  event!: NotifyEvent;

  @ApiProperty({ enum: MODES, nullable: true, description: 'null: as the roles suggest' })
  mode!: Mode | null;

  @ApiProperty({ enum: MODES, description: 'What the roles suggest' })
  byRole!: Mode;

  @ApiProperty({ enum: MODES, isArray: true, description: 'What can be chosen' })
  modes!: readonly Mode[];
}

export class NotificationsDto {
  @ApiProperty({ description: 'Where mails go' })
  address!: string;

  @ApiProperty({ description: 'False: this service sends no mails at all' })
  sends!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'What the mail server said when it refused the address for good: nothing is sent there until you say to try again',
  })
  refused!: string | null;

  @ApiProperty({ type: [EventPreferenceDto] })
  events!: readonly EventPreferenceDto[];

  @ApiProperty({ type: String, nullable: true, description: 'null: not chosen yet; times are UTC' })
  timeZone!: string | null;

  @ApiProperty({ type: QuietHoursDto, nullable: true, description: 'No mail then: it comes afterwards' })
  quiet!: QuietHoursDto | null;

  @ApiProperty({ enum: DIGEST_MINUTES, description: 'How long a digest gathers' })
  digestMinutes!: number;

  @ApiProperty({ ...timeOfDay, description: 'When the daily digest comes' })
  dailyAt!: string;
}

export class ChosenModeDto {
  @ApiProperty({ enum: NOTIFY_EVENTS })
  @IsIn(NOTIFY_EVENTS)
  event!: NotifyEvent;

  @ApiProperty({ enum: MODES, nullable: true, description: 'null: as the roles suggest' })
  @ValidateIf(({ mode }: ChosenModeDto) => mode !== null)
  @IsIn(MODES)
  mode!: Mode | null;
}

export class ChangeNotificationsDto {
  @ApiProperty({ type: [ChosenModeDto], required: false, description: 'Others stay as they are' })
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ChosenModeDto)
  events?: ChosenModeDto[];

  @ApiProperty({ required: false, example: 'Europe/Berlin' })
  @IsOptional()
  @IsTimeZone()
  timeZone?: string;

  @ApiProperty({ type: QuietHoursDto, nullable: true, required: false, description: 'null: none' })
  @IsOptional()
  @ValidateNested()
  @Type(() => QuietHoursDto)
  quiet?: QuietHoursDto | null;

  @ApiProperty({ enum: DIGEST_MINUTES, required: false })
  @IsOptional()
  @IsIn(DIGEST_MINUTES)
  digestMinutes?: number;

  @ApiProperty({ ...timeOfDay, required: false })
  @IsOptional()
  @IsTimeOfDay()
  dailyAt?: string;
}
