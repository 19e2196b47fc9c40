import { defineEntity, p } from '@mikro-orm/postgresql';
import { Pipeline } from './pipeline.js';

const LagMinuteSchema = defineEntity({
  name: 'LagMinute',
  tableName: 'lag_minute',
  indexes: [{ name: 'lag_minute_at', properties: ['at'] }],
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    at: p.datetime().primary(),
    side: p.enum(['A', 'B']).primary(),
    seconds: p.double(),
  },
});

/** How far a side was behind, at most, in one minute. */
export class LagMinute extends LagMinuteSchema.class {}
LagMinuteSchema.setClass(LagMinute);
