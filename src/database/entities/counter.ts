import { defineEntity, p } from '@mikro-orm/postgresql';

const CounterSchema = defineEntity({
  name: 'Counter',
  tableName: 'counter',
  properties: {
    pipelineId: p.integer().primary(),
    name: p.text().primary(),
    labels: p.text().primary().default(''),
    value: p.bigint('number').defaultRaw('0'),
  },
});

/** A number that only grows, kept in the transaction that causes it. */
export class Counter extends CounterSchema.class {}
CounterSchema.setClass(Counter);
