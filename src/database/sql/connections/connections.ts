import type { Statement } from '../statement.js';

export type TlsMode = 'disable' | 'require' | 'verify-full';

export interface ConnectionRow {
  readonly id: string;
  readonly name: string;
  readonly connector: 'postgres' | 'mysql';
  readonly label: string | null;
  readonly description: string | null;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly account: string;
  readonly tls: TlsMode;
  readonly ca: string | null;
  readonly rate: string | null;
  readonly rev: number;
  readonly created_at: Date;
  readonly created_by: string;
  readonly changed_at: Date;
  readonly changed_by: string;
  /** When and by whom its secret was set; `null`: it has none. */
  readonly secret_set_at: Date | null;
  readonly secret_set_by: string | null;
}

export interface SecretRow {
  readonly id: string;
  readonly sealed: Buffer;
  readonly data_key: Buffer;
  readonly master_key_id: string;
}

const columns = `c.id, c.name, c.connector, c.label, c.description, c.host, c.port, c.database, c.account, c.tls, c.ca, c.rate, c.rev,
  c.created_at, c.created_by, c.changed_at, c.changed_by, s.set_at as secret_set_at, s.set_by as secret_set_by`;
const from = `connection c left join secret s on s.connection_id = c.id`;

/** By name. */
export const allConnections: Statement<ConnectionRow> = {
  name: 'connections_all',
  text: `select ${columns} from ${from} order by c.name`,
};

/** Parameters: name. */
export const connectionByName: Statement<ConnectionRow> = {
  name: 'connections_by_name',
  text: `select ${columns} from ${from} where c.name = $1`,
};

/** The row is held until the transaction ends. Parameters: name. */
export const holdConnection: Statement<ConnectionRow> = {
  name: 'connections_hold',
  text: `select ${columns} from ${from} where c.name = $1 for update of c`,
};

/** Nothing when the name is taken. Parameters: id, name, connector, label, description, host, port, database, account, tls, ca, rate, now, by. */
export const insertConnection: Statement<{ id: string }> = {
  name: 'connections_insert',
  text: `
  insert into connection (id, name, connector, label, description, host, port, database, account, tls, ca, rate,
                          created_at, created_by, changed_at, changed_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $13, $14)
  on conflict (name) do nothing returning id`,
};

/** Parameters: id, label, description, host, port, database, account, tls, ca, rate, now, by. */
export const changeConnection: Statement<Record<string, never>> = {
  name: 'connections_change',
  text: `
  update connection set label = $2, description = $3, host = $4, port = $5, database = $6, account = $7, tls = $8, ca = $9, rate = $10,
    changed_at = $11, changed_by = $12, rev = rev + 1
  where id = $1`,
};

/** Its secret goes with it. Parameters: id. */
export const deleteConnection: Statement<Record<string, never>> = {
  name: 'connections_delete',
  text: `delete from connection where id = $1`,
};

/** Every process that runs pipelines looks which of them use it. Parameters: name. */
export const announceConnection: Statement<Record<string, never>> = {
  name: 'connections_announce',
  text: `select pg_notify('accord_connection', $1)`,
};

/** Parameters: connection. */
export const secretOf: Statement<SecretRow> = {
  name: 'connections_secret_of',
  text: `select id, sealed, data_key, master_key_id from secret where connection_id = $1`,
};

/** Parameters: connection. */
export const forgetSecret: Statement<Record<string, never>> = {
  name: 'connections_forget_secret',
  text: `delete from secret where connection_id = $1`,
};

/** Parameters: id, connection, sealed, data key, master key, now, by. */
export const insertSecret: Statement<Record<string, never>> = {
  name: 'connections_insert_secret',
  text: `insert into secret (id, connection_id, sealed, data_key, master_key_id, set_at, set_by) values ($1, $2, $3, $4, $5, $6, $7)`,
};
