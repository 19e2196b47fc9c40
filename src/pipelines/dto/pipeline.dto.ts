import { ArrayMaxSize, ArrayMinSize, ArrayUnique, Matches, ValidateIf } from 'class-validator';
import {
  LIKENESSES,
  NORMAL_FORMS,
  type ArchiveValue,
  type LikenessName,
  type NormalFormName,
} from '../../core/pipeline/spec.js';
import {
  Amount,
  Below,
  COLUMN,
  COLUMN_EXPECTED,
  Constant,
  Count,
  Duration,
  FIELD_NAME,
  Name,
  NAME,
  NameList,
  OneOf,
  Pattern,
  RateText,
  Scalar,
  Text,
} from './constraints.js';
import { FieldDto, GroupDto } from './field.dto.js';

const FIELD = {
  names: FIELD_NAME,
  expected: 'a field name: a small letter, then at most 62 small letters, digits or _',
};
const DELETES = ['review', 'delete', 'unlink', 'ignore'] as const;
const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
const DURATION_OR_OFF = /^(?:(\d{1,9})(ms|s|m|h|d)|off)$/;
const RECORD_OR_FIELDS = 'expected record, or a list of 1 to 200 field names, each once';

export class PipelineMetadataDto {
  @Name() name!: string;
  @Text({ optional: true }) description?: string;
  @Below({ kind: 'words', type: () => Object, names: NAME, values: null, max: 50 }, { optional: true })
  labels?: Record<string, string>;
}

/** How changes of a side are seen. */
export class CaptureDto {
  @OneOf(['log', 'polling', 'snapshot']) mode!: 'log' | 'polling' | 'snapshot';
  @Text({ optional: true, max: 200 }) updatedAt?: string;
  @Duration() overlap?: string;
  @Duration() staleForm?: string;
}

export class EndpointDto {
  @Name() ref!: string;
  @Text({ max: 200 }) object!: string;
  @Text({ optional: true, max: 80 }) label?: string;
  @Below({ kind: 'object', type: () => CaptureDto }, { optional: true }) capture?: CaptureDto;
  @Text({ optional: true, max: 200 }) actor?: string;
  @Pattern(
    /^https?:\/\/[^\s{}]*\{id\}[^\s{}]*$/,
    'an address with {id} in it: https://crm.example/accounts/{id}',
    {
      optional: true,
    },
  )
  recordUrl?: string;
}

export class EndpointsDto {
  @Below({ kind: 'object', type: () => EndpointDto }) a!: EndpointDto;
  @Below({ kind: 'object', type: () => EndpointDto }) b!: EndpointDto;
}

/** A field that speaks for or against two records being the same. */
export class ScoreDto {
  @Pattern(FIELD_NAME, 'a field name') field!: string;
  @OneOf(LIKENESSES) as!: LikenessName;
  @Amount({ min: 0 }) agree!: number;
  @Amount({ optional: true, min: 0 }) disagree?: number;
}

/** Records are compared only where they share a key made of all of these. */
export class BlockDto {
  @NameList({ optional: true, max: 5 }) whole?: string[];
  @NameList({ optional: true, max: 5 }) start?: string[];
  @NameList({ optional: true, max: 5 }) sound?: string[];
  @NameList({ optional: true, max: 5 }) words?: string[];
  @NameList({ optional: true, max: 5 }) ending?: string[];
}

export class MatchDto {
  @Name() id!: string;
  @NameList({ optional: true, max: 20 }) by?: string[];
  @Below(
    { kind: 'words', type: () => Object, names: FIELD_NAME, values: NORMAL_FORMS, max: 20 },
    { optional: true },
  )
  normalize?: Record<string, NormalFormName>;
  @Pattern(/^[A-Z]{2}$/, 'the code of a country: DE', { optional: true }) region?: string;
  @Below({ kind: 'list', type: () => ScoreDto, min: 1, max: 20 }, { optional: true }) score?: ScoreDto[];
  @Below({ kind: 'list', type: () => BlockDto, min: 1, max: 10 }, { optional: true }) block?: BlockDto[];
  @Amount({ optional: true, min: 0 }) auto?: number;
  @Amount({ optional: true, min: 0 }) review?: number;
  @Amount({ optional: true, min: 0 }) margin?: number;
  @OneOf(['link', 'create', 'ignore']) action!: 'link' | 'create' | 'ignore';
  @OneOf(['aToB', 'bToA', 'both'], { optional: true }) direction?: 'aToB' | 'bToA' | 'both';
}

/** Fields that wait together while one of them is in conflict. */
export class HoldSetDto {
  @Name() id!: string;
  @ValidateIf((of: HoldSetDto) => of.fields !== 'record')
  @ArrayMinSize(1, { message: RECORD_OR_FIELDS })
  @ArrayMaxSize(200, { message: RECORD_OR_FIELDS })
  @ArrayUnique({ message: RECORD_OR_FIELDS })
  @Matches(FIELD_NAME, { each: true, message: RECORD_OR_FIELDS })
  fields!: string[] | 'record';
}

export class InvariantDto {
  @Name() id!: string;
  @Text() expect!: string;
  @NameList({ max: 50 }) fields!: string[];
  @Text({ optional: true, max: 500 }) message?: string;
}

export class GuardDto {
  @Count({ min: 0, max: 1_000_000_000, optional: true }) maxCount?: number;
  @Count({ min: 0, max: 100, optional: true }) maxPercent?: number;
  @Duration() window?: string;
}

/** A deletion is told by a column of the row. */
export class ArchiveDto {
  @Pattern(COLUMN, COLUMN_EXPECTED) column!: string;
  @Scalar() mark!: ArchiveValue;
  @Scalar({ optional: true }) live?: ArchiveValue;
}

export class ArchivesDto {
  @Below({ kind: 'object', type: () => ArchiveDto }, { optional: true }) a?: ArchiveDto;
  @Below({ kind: 'object', type: () => ArchiveDto }, { optional: true }) b?: ArchiveDto;
}

export class DeletesDto {
  @OneOf(DELETES, { optional: true }) aDeleted?: (typeof DELETES)[number];
  @OneOf(DELETES, { optional: true }) bDeleted?: (typeof DELETES)[number];
  @OneOf(['review', 'delete', 'keep'], { optional: true }) deleteVsEdit?: 'review' | 'delete' | 'keep';
  @Below({ kind: 'object', type: () => ArchivesDto }, { optional: true }) archive?: ArchivesDto;
  @Pattern(DURATION_OR_OFF, 'a duration (90d, 365d), or off', { optional: true })
  tombstones?: string;
  @Below({ kind: 'object', type: () => GuardDto }, { optional: true }) guard?: GuardDto;
}

export class FlappingDto {
  @Count({ min: 2, max: 100 }) flips!: number;
  @Duration({}) window!: string;
}

export class CanaryDto {
  @Text({ optional: true, max: 500 }) a?: string;
  @Text({ optional: true, max: 500 }) b?: string;
}

export class GuardsDto {
  @Below({ kind: 'object', type: () => FlappingDto }, { optional: true }) flapping?: FlappingDto;
  @Below({ kind: 'object', type: () => GuardDto }, { optional: true }) blanking?: GuardDto;
  @Below({ kind: 'object', type: () => GuardDto }, { optional: true }) massChange?: GuardDto;
  @Below({ kind: 'object', type: () => CanaryDto }, { optional: true }) canary?: CanaryDto;
}

/** Which records of a side take part. */
export class ScopeDto {
  @Text() filter!: string;
}

export class ScopesDto {
  @Below({ kind: 'object', type: () => ScopeDto }, { optional: true }) a?: ScopeDto;
  @Below({ kind: 'object', type: () => ScopeDto }, { optional: true }) b?: ScopeDto;
}

export class WriteBudgetDto {
  @RateText() a?: string;
  @RateText() b?: string;
}

export class ScheduleDto {
  @Duration() pollEvery?: string;
  @Duration() sweepEvery?: string;
  @Pattern(DURATION_OR_OFF, 'a duration (250ms, 5s, 10m, 2h or 1d), or off', { optional: true })
  verifyEvery?: string;
  @Below({ kind: 'object', type: () => WriteBudgetDto }, { optional: true }) writeBudget?: WriteBudgetDto;
}

const HOURS = /^[A-Za-z]{3}(-[A-Za-z]{3})?(,[A-Za-z]{3}(-[A-Za-z]{3})?)* \d{2}:\d{2}-\d{2}:\d{2} \S{1,64}$/;

/** How soon a conflict of each priority is to be decided. */
export class SlaDto {
  @Duration() urgent?: string;
  @Duration() high?: string;
  @Duration() normal?: string;
  @Duration() low?: string;
  @Pattern(HOURS, 'days, hours and a time zone: Mon-Fri 09:00-18:00 Europe/Berlin', { optional: true })
  businessHours?: string;
}

export class ReviewDto {
  @Name({ optional: true }) queue?: string;
  @Below(
    { kind: 'words', type: () => Object, names: FIELD_NAME, values: PRIORITIES, max: 500 },
    { optional: true },
  )
  priority?: Record<string, (typeof PRIORITIES)[number]>;
  @Below({ kind: 'object', type: () => SlaDto }, { optional: true }) sla?: SlaDto;
  @OneOf(['round-robin', 'none'], { optional: true }) assign?: 'round-robin' | 'none';
  @Duration() undoWindow?: string;
}

export class LoadDto {
  @OneOf(['automatic', 'manual'], { optional: true }) accept?: 'automatic' | 'manual';
  @Below({ kind: 'object', type: () => WriteBudgetDto }, { optional: true }) rate?: WriteBudgetDto;
}

/** Two objects that are kept in agreement. */
export class PipelineDto {
  @Constant('accord/v1') apiVersion!: 'accord/v1';
  @Constant('Pipeline') kind!: 'Pipeline';
  @Below({ kind: 'object', type: () => PipelineMetadataDto }) metadata!: PipelineMetadataDto;
  @Below({ kind: 'object', type: () => EndpointsDto }) connections!: EndpointsDto;
  @Below({ kind: 'object', type: () => ScopesDto }, { optional: true }) scope?: ScopesDto;
  @Below({ kind: 'list', type: () => MatchDto, min: 1, max: 20 }) match!: MatchDto[];
  @OneOf(['review', 'ignore'], { optional: true }) onAmbiguous?: 'review' | 'ignore';
  @Below({ kind: 'dictionary', type: () => FieldDto, ...FIELD, min: 1, max: 500 }) fields!: Record<
    string,
    FieldDto
  >;
  @Below({ kind: 'dictionary', type: () => GroupDto, ...FIELD, min: 0, max: 100 }, { optional: true })
  groups?: Record<string, GroupDto>;
  @Below({ kind: 'list', type: () => HoldSetDto, min: 0, max: 50 }, { optional: true })
  holdSets?: HoldSetDto[];
  @Below({ kind: 'list', type: () => InvariantDto, min: 0, max: 50 }, { optional: true })
  invariants?: InvariantDto[];
  @Below({ kind: 'object', type: () => DeletesDto }, { optional: true }) deletes?: DeletesDto;
  @Below({ kind: 'object', type: () => GuardsDto }, { optional: true }) guards?: GuardsDto;
  @Below({ kind: 'object', type: () => ScheduleDto }, { optional: true }) schedule?: ScheduleDto;
  @Below({ kind: 'object', type: () => ReviewDto }, { optional: true }) review?: ReviewDto;
  @Below({ kind: 'object', type: () => LoadDto }, { optional: true }) load?: LoadDto;
}
