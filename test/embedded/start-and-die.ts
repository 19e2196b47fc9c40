import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';

// Started as a process of its own by a spec, which kills it.
const { url } = await startEmbeddedPostgres({
  dataDir: process.argv[2] ?? '',
  settings: { shared_buffers: '32MB' },
});
process.stdout.write(`${url}\n`);
setInterval(() => undefined, 1_000);
