import type { EndpointOptions } from '../../../src/connectors/connector.js';
import { registerConnectorTests, type ConnectorFixture } from '../contract.js';
import { createSide } from './side.js';

async function fixture(mode: EndpointOptions['capture']['mode']): Promise<ConnectorFixture> {
  const side = await createSide(`create table person (id int primary key auto_increment,
      name text, city varchar(60), note text,
      updated_at timestamp(6) not null default current_timestamp(6) on update current_timestamp(6)) auto_increment = 100000`);
  let last = 0;
  const assignments = (names: string[]): string => names.map((name) => `${name} = ?`).join(', ');
  return {
    mode,
    open: (consumer) =>
      side.open({
        consumer,
        object: 'person',
        columns: ['name', 'city', 'note'],
        capture: { mode, ...(mode === 'polling' ? { updatedAt: 'updated_at' } : {}) },
      }),
    newId: () => String((last += 1)),
    user: {
      insert: async (id, { name = null, city = null, note = null }) => {
        await side.sql(`insert into person (id, name, city, note) values (?, ?, ?, ?)`, [
          id,
          name,
          city,
          note,
        ]);
      },
      update: async (id, values) => {
        await side.sql(`update person set ${assignments(Object.keys(values))} where id = ?`, [
          ...Object.values(values),
          id,
        ]);
      },
      remove: async (id) => {
        await side.sql(`delete from person where id = ?`, [id]);
      },
      atomically: async (updates) => {
        const client = await side.user.getConnection();
        await client.query('begin');
        for (const [id, values] of updates)
          await client.query(`update person set ${assignments(Object.keys(values))} where id = ?`, [
            ...Object.values(values),
            id,
          ]);
        await client.query('commit');
        client.release();
      },
      read: async (id) => {
        const [row] = await side.sql(`select name, city, note from person where id = ?`, [id]);
        return row === undefined ? null : { ...row };
      },
    },
    close: () => side.close(),
  };
}

registerConnectorTests('mysql by log', () => fixture('log'));
registerConnectorTests('mysql by polling', () => fixture('polling'));
registerConnectorTests('mysql by snapshot', () => fixture('snapshot'));
