import { defineEntity, p } from '@mikro-orm/postgresql';
import { Pipeline } from './pipeline.js';

const ReferenceSchema = defineEntity({
  name: 'Reference',
  tableName: 'reference',
  indexes: [{ name: 'reference_target', properties: ['targetId'] }],
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    unit: p.text().primary(),
    targetId: () => p.manyToOne(Pipeline).mapToPk().fieldName('target_id').deleteRule('cascade').index(false),
  },
});

/** A field of a pipeline that points to records of another. */
export class Reference extends ReferenceSchema.class {}
ReferenceSchema.setClass(Reference);

const ReferenceUseSchema = defineEntity({
  name: 'ReferenceUse',
  tableName: 'reference_use',
  indexes: [{ name: 'reference_use_target', properties: ['targetId', 'target'] }],
  properties: {
    linkId: p.bigint('number').primary().autoincrement(false),
    unit: p.text().primary(),
    target: p.text().primary(),
    pipelineId: p.integer().fieldName('pipeline_id'),
    targetId: p.integer().fieldName('target_id'),
  },
});

/** A record that another one points to. */
export class ReferenceUse extends ReferenceUseSchema.class {}
ReferenceUseSchema.setClass(ReferenceUse);

const ReferenceNewcomerSchema = defineEntity({
  name: 'ReferenceNewcomer',
  tableName: 'reference_newcomer',
  indexes: [{ name: 'reference_newcomer_target', properties: ['targetId', 'target'] }],
  properties: {
    pipelineId: () =>
      p.manyToOne(Pipeline).mapToPk().primary().fieldName('pipeline_id').deleteRule('cascade').index(false),
    side: p.enum(['A', 'B']).primary(),
    extId: p.text().primary(),
    targetId: p.integer().primary().autoincrement(false).fieldName('target_id'),
    target: p.text().primary(),
  },
});

/** A record that cannot be made on the other side before the one that it points to is there. */
export class ReferenceNewcomer extends ReferenceNewcomerSchema.class {}
ReferenceNewcomerSchema.setClass(ReferenceNewcomer);
