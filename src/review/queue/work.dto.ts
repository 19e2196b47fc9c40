import { ApiProperty } from '../../common/api-doc.js';
import { dateTime } from '../../common/api-schema.js';

export class PersonRefDto {
  @ApiProperty({ example: 'usr_0199…' })
  id!: string;

  @ApiProperty()
  name!: string;
}

const person = { type: PersonRefDto, nullable: true } as const;
const maybeTime = { ...dateTime, nullable: true } as const;

export class ClaimDto {
  @ApiProperty({ type: PersonRefDto })
  by!: PersonRefDto;

  @ApiProperty(dateTime)
  until!: string;
}

export class SnoozedDto {
  @ApiProperty({ ...maybeTime, description: 'null: until it changes' })
  until!: string | null;

  @ApiProperty({ description: 'Whether it comes back when it changes' })
  orChange!: boolean;

  @ApiProperty(person)
  by!: PersonRefDto | null;
}

export class AskedDto {
  @ApiProperty({ ...person, description: 'null: whoever wants to answer' })
  of!: PersonRefDto | null;

  @ApiProperty(person)
  by!: PersonRefDto | null;

  @ApiProperty(dateTime)
  at!: string;

  @ApiProperty({ type: String, nullable: true })
  question!: string | null;
}

/** What people added to an item of the queue. */
export class WorkDto {
  @ApiProperty({ example: '"w7"', description: 'What changes of it carry in If-Match' })
  etag!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The queue that the pipeline names' })
  queue!: string | null;

  @ApiProperty({ enum: ['urgent', 'high', 'normal', 'low'] })
  priority!: string;

  @ApiProperty({ enum: ['rule', 'person'] })
  priorityBy!: 'rule' | 'person';

  @ApiProperty(maybeTime)
  dueAt!: string | null;

  @ApiProperty({ type: String, enum: ['rule', 'person'], nullable: true })
  dueBy!: 'rule' | 'person' | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Mon-Fri 09:00-18:00 Europe/Berlin',
    description: 'The hours in which the time of the rule runs; null: always',
  })
  businessHours!: string | null;

  @ApiProperty({ ...maybeTime, description: 'Four fifths of the time are used up' })
  riskAt!: string | null;

  @ApiProperty({ ...maybeTime, description: 'Half as much time again has passed' })
  escalateAt!: string | null;

  @ApiProperty(person)
  assignee!: PersonRefDto | null;

  @ApiProperty({ type: ClaimDto, nullable: true, description: 'Who is at work on it' })
  claim!: ClaimDto | null;

  @ApiProperty({ ...person, description: 'Whose turn it is' })
  turn!: PersonRefDto | null;

  @ApiProperty({ type: SnoozedDto, nullable: true })
  snooze!: SnoozedDto | null;

  @ApiProperty({ type: AskedDto, nullable: true, description: 'A second opinion that is waited for' })
  asked!: AskedDto | null;

  @ApiProperty({ type: 'integer' })
  comments!: number;

  @ApiProperty({ type: 'integer', description: 'People who have skipped it' })
  skips!: number;
}

export class ActionDto {
  @ApiProperty({ example: 'release' })
  name!: string;

  @ApiProperty({ enum: ['POST'] })
  method!: 'POST';

  @ApiProperty({ example: '/api/v1/pipelines/companies/guards/grd_0199…/release' })
  path!: string;

  @ApiProperty({ description: 'The permission that it needs' })
  needs!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What to send' })
  body!: Readonly<Record<string, unknown>>;
}

export const ACTIVITY_KINDS = [
  'comment',
  'assigned',
  'priority',
  'due',
  'snoozed',
  'woken',
  'skipped',
  'escalated',
  'asked',
  'opinion',
  'turn',
] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

export class ActorDto {
  @ApiProperty({ enum: ['person', 'token', 'service'] })
  kind!: string;

  @ApiProperty()
  name!: string;
}

/** Something that was said of an item, or done to it. */
export class ActivityDto {
  @ApiProperty({ example: 'act_0199…' })
  id!: string;

  @ApiProperty(dateTime)
  at!: string;

  @ApiProperty({ enum: ACTIVITY_KINDS })
  kind!: ActivityKind;

  @ApiProperty({ type: ActorDto })
  by!: ActorDto;

  @ApiProperty({ ...person, description: 'The new assignee, who is asked, or whose turn it is' })
  about!: PersonRefDto | null;

  @ApiProperty({ type: String, nullable: true })
  text!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true })
  detail!: Readonly<Record<string, unknown>>;
}

export class ActivityPageDto {
  @ApiProperty({ type: [ActivityDto] })
  items!: ActivityDto[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
