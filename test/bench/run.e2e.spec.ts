import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accord } from '../../bench/sync/accord.js';
import { applyEdits } from '../../bench/sync/apply-edits.js';
import { fill, freshDatabase, makeTable, withClient } from '../../bench/sync/databases.js';
import { makeEditScript, workloadNames } from '../../bench/sync/edits.js';
import { measureFloor } from '../../bench/sync/floor.js';
import { judgeDatabases } from '../../bench/sync/read-back.js';
import { table } from '../../bench/sync/records.js';
import { runSystem } from '../../bench/sync/run.js';
import { isClean } from '../../bench/sync/verdict.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { runFolder } from '../support/test-database.js';

const records = 500;
const script = makeEditScript(records, 3, 1);
const root = fileURLToPath(new URL('../../', import.meta.url));
const hooks = new URL('../cli/source-hooks.mjs', import.meta.url).href;

let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDir: join(runFolder(), 'bench'), settings: { fsync: false } });
}, 60_000);

afterAll(async () => {
  await server.stop('immediate');
});

describe('the benchmark on 500 records', () => {
  it('runs every workload against the service and finds nothing wrong', async () => {
    const accord = await Accord.make({
      adminUrl: server.url,
      program: ['--no-warnings', '--import', hooks, join(root, 'src', 'main.ts')],
      environment: { ACCORD_TEST_RUN: runFolder() },
      records,
      cpuProfile: undefined,
    });
    try {
      const result = await runSystem(accord, { records, workloads: workloadNames, script }, () => undefined);
      expect(result.verdict).toMatchObject({
        openConflicts: script.W4.length / 2 + script.W5.length,
        lostEdits: 0,
      });
      expect(isClean(result.verdict!)).toBe(true);
      expect(result.workloads.map(({ workload }) => workload)).toEqual(workloadNames);
      expect(result.workloads.every(({ measured }) => measured === null || measured.complete)).toBe(true);
    } finally {
      await accord.stop();
    }
  }, 180_000);

  it('measures the floor', async () => {
    const floor = await measureFloor(server.url, records, script);
    expect([floor.W1, floor.W2, floor.W3, floor.W4].every((seconds) => seconds > 0)).toBe(true);
    expect(floor.W6.count).toBe(script.W6.length);
  });

  it('tells a sync that does nothing from one that lets the last writer win', async () => {
    const urls = {
      A: await freshDatabase(server.url, 'bench_broken_a'),
      B: await freshDatabase(server.url, 'bench_broken_b'),
    };
    for (const url of [urls.A, urls.B]) {
      await makeTable(url);
      await fill(url, records);
    }
    const edits = [...script.W2, ...script.W3, ...script.W4];
    await applyEdits(urls, edits);
    const idle = await judgeDatabases(urls, records, edits, []);
    const clashes = script.W4.length / 2;
    expect(idle).toMatchObject({ lostEdits: 0, missedConflicts: clashes, changedUnasked: 0 });
    expect(idle.unequalFields).toBe(edits.length - clashes);

    // Whole rows of A over B: what B's people wrote is gone.
    await withClient(urls.A, async (a) => {
      const { rows } = await a.query<{ row: unknown }>(`select to_jsonb(r) as row from ${table} r`);
      await withClient(urls.B, async (b) => {
        await b.query(`truncate ${table}`);
        await b.query(
          `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
          [JSON.stringify(rows.map(({ row }) => row))],
        );
      });
    });
    const overwritten = await judgeDatabases(urls, records, edits, []);
    expect(overwritten).toMatchObject({ unequalFields: 0, missedConflicts: clashes });
    expect(overwritten.lostEdits).toBe(edits.filter(({ side }) => side === 'B').length);

    // The very conflicts that should be open, and half the table gone.
    await withClient(urls.B, (b) => b.query(`delete from ${table} where id <= ${records / 2}`));
    expect((await judgeDatabases(urls, records, edits, [])).missingRecords).toBe(records / 2);
  });
});
