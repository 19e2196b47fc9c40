import type { components } from './openapi';
import type { LineagePage } from './lineage-types';
import type {
  Conflict,
  ConflictSummary,
  DeadLetterList,
  Decision,
  Json,
  LoadReport,
  Page,
  Pipeline,
  RecordDetail,
  RecordPage,
} from './types';

type Answers = components['schemas'];
type Fits<Answer extends Wanted, Wanted> = Answer;

/** A record's values can be any JSON; the document's `unknown` inside of them is that. */
type Known<T> = unknown extends T
  ? Json
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Known<Item>[]
      : { readonly [Key in keyof T]: Known<T[Key]> };

/** The compiler's proof that what the API document promises is what this client reads; see test/web/api-types. */
export type InStep = readonly [
  Fits<Answers['PipelineDto'], Pipeline>,
  Fits<Known<Answers['LoadDto']>, LoadReport>,
  Fits<Answers['DeadLetterListDto'], DeadLetterList>,
  Fits<Known<Answers['ConflictPageDto']>, Page<ConflictSummary>>,
  Fits<Omit<Known<Answers['ConflictDto']>, 'policy'>, Omit<Conflict, 'policy'>>,
  Fits<Known<Answers['DecisionDto']>, Decision>,
  Fits<Answers['RecordPageDto'], RecordPage>,
  Fits<Known<Answers['RecordDto']>, RecordDetail>,
  Fits<Known<Answers['LineagePageDto']>, LineagePage>,
];
