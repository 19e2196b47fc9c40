import { defineEntity, p } from '@mikro-orm/postgresql';

const ConnectionSchema = defineEntity({
  name: 'Connection',
  tableName: 'connection',
  properties: {
    id: p.uuid().primary(),
    name: p.text().unique(),
    connector: p.enum(['postgres', 'mysql']),
    label: p.text().nullable(),
    description: p.text().nullable(),
    host: p.text(),
    port: p.integer(),
    database: p.text(),
    account: p.text(),
    tls: p.enum(['disable', 'require', 'verify-full']),
    ca: p.text().nullable(),
    rate: p.text().nullable(),
    rev: p.integer().default(1),
    createdAt: p.datetime(),
    createdBy: p.text(),
    changedAt: p.datetime(),
    changedBy: p.text(),
  },
});

/** A connection that is kept by hand. */
export class Connection extends ConnectionSchema.class {}
ConnectionSchema.setClass(Connection);

const SecretSchema = defineEntity({
  name: 'Secret',
  tableName: 'secret',
  indexes: [{ name: 'secret_master_key', properties: ['masterKeyId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    connectionId: () =>
      p.oneToOne(Connection).mapToPk().fieldName('connection_id').deleteRule('cascade').unique(),
    sealed: p.blob(),
    dataKey: p.blob(),
    masterKeyId: p.text(),
    setAt: p.datetime(),
    setBy: p.text(),
  },
});

/** A secret as it is kept: never in clear. */
export class Secret extends SecretSchema.class {}
SecretSchema.setClass(Secret);
