import { ApiProperty } from '../../common/api-doc.js';
import { PersonRefDto } from './work.dto.js';

const counts = { type: 'object', additionalProperties: { type: 'integer' } } as const;

export class AssigneeCountDto {
  @ApiProperty({ type: PersonRefDto, nullable: true, description: 'null: nobody' })
  person!: PersonRefDto | null;

  @ApiProperty({ type: 'integer' })
  count!: number;
}

export class OverdueDto {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ description: 'There are more than could be counted in passing' })
  capped!: boolean;
}

/** How many there are of each sort: read off counters, nothing is counted. */
export class FacetsDto {
  @ApiProperty({ type: 'integer', description: 'Items that fit; of the list that is asked for' })
  total!: number;

  @ApiProperty(counts)
  state!: Record<string, number>;

  @ApiProperty(counts)
  priority!: Record<string, number>;

  @ApiProperty(counts)
  kind!: Record<string, number>;

  @ApiProperty({ ...counts, description: 'The 200 with the most' })
  unit!: Record<string, number>;

  @ApiProperty(counts)
  pipeline!: Record<string, number>;

  @ApiProperty({ type: [AssigneeCountDto] })
  assignee!: AssigneeCountDto[];

  @ApiProperty({
    type: OverdueDto,
    description: 'Open and past the due date, on the pipelines that are asked for',
  })
  overdue!: OverdueDto;

  @ApiProperty({
    type: [String],
    description: 'Terms of the filter that no counter knows: the numbers are without them',
  })
  ignored!: string[];
}
