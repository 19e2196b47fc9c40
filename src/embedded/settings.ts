import { freemem, totalmem } from 'node:os';

/** Settings of the server by name, as `postgresql.conf` takes them. */
export type ServerSettings = Readonly<Record<string, string | number | boolean>>;

const megabyte = 1024 * 1024;

/** What the embedded server runs with. Durability stays as PostgreSQL ships it: fsync and synchronous_commit are on. */
export function defaultSettings(): ServerSettings {
  const limit = process.constrainedMemory();
  const memory = Math.floor(Math.min(totalmem(), freemem() * 2, limit > 0 ? limit : Infinity) / megabyte);
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    // The shadows of a million records take 1 GB, and every change looks one up. What is not touched takes no memory.
    shared_buffers: `${Math.min(2048, Math.max(128, Math.floor(memory / 8)))}MB`,
    effective_cache_size: `${Math.max(256, Math.floor(memory / 2))}MB`,
    maintenance_work_mem: '128MB',
    work_mem: '16MB',
    // Bulk loads would otherwise force a checkpoint, with full-page images, every few seconds.
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    wal_compression: 'lz4',
    default_toast_compression: 'lz4',
    // Solid-state disks: a random read costs hardly more than a sequential one.
    random_page_cost: 1.1,
    // Compiling costs 65 ms for a batch statement that runs for 20.
    jit: false,
    log_checkpoints: false,
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
}

/** The text of a configuration file. */
export function configurationText(settings: ServerSettings): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
    return `${name} = '${text.replaceAll("'", "''")}'`;
  });
  return [
    '# Written by Accord at every start. Use ALTER SYSTEM for settings of your own.',
    ...lines,
    '',
  ].join('\n');
}
