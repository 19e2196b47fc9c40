import { defineEntity, p } from '@mikro-orm/postgresql';

const LeaseSchema = defineEntity({
  name: 'Lease',
  tableName: 'lease',
  properties: {
    name: p.text().primary(),
    holder: p.text(),
    token: p.bigint('number'),
    until: p.datetime(),
  },
});

/** Who may do a thing that only one process may do. */
export class Lease extends LeaseSchema.class {}
LeaseSchema.setClass(Lease);
