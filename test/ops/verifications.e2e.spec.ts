import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateHash } from '../../src/common/certificate.js';
import { accord } from '../cli/child.js';
import { SyncPair } from '../support/sync-pair.js';
import { migratedDatabase } from '../support/test-database.js';
import { unseen, verify } from '../support/verifying.js';
import { startTestService, type TestService } from './service.js';

jest.setTimeout(90_000);

const table = 'create table t (id serial primary key, key text, x text);';

describe('the verifications API and command', () => {
  let pair: SyncPair;
  let service: TestService;
  let folder: string;
  const path = '/api/v1/pipelines/verified/verifications';
  beforeAll(async () => {
    const hub = await migratedDatabase();
    pair = await SyncPair.open(
      { a: `${table} insert into t (key, x) select 'k' || i, 'x' from generate_series(1, 8) i`, b: table },
      {
        apiVersion: 'accord/v1',
        kind: 'Pipeline',
        metadata: { name: 'verified' },
        connections: { a: { ref: 'a', object: 'public.t' }, b: { ref: 'b', object: 'public.t' } },
        match: [
          { id: 'by-key', by: ['key'], action: 'link' },
          { id: 'none', action: 'create' },
        ],
        fields: {
          key: { a: 'key', b: 'key', policy: { strategy: 'review' } },
          x: { a: 'x', b: 'x', policy: { strategy: 'review' } },
        },
        schedule: { verifyEvery: 'off' },
        load: { accept: 'automatic' },
      },
      {},
      { hub },
    );
    await pair.start();
    await pair.quiet();
    service = await startTestService({}, undefined, false, hub);
    folder = await mkdtemp(join(tmpdir(), 'accord-verify-'));
    await pair.b.query(unseen(`update t set x = 'a"b' where key in ('k1', 'k2', 'k3')`));
  });
  afterAll(async () => {
    await service.app.close();
    await pair.close();
    await rm(folder, { recursive: true });
  });

  it('is asked for once, however often, and then shows what it found, page by page', async () => {
    const asked = await service.post(path, {});
    expect(asked.status).toBe(202);
    const { id, state } = await asked.json();
    expect([id, ['asked', 'running'].includes(state)]).toEqual(['ver_1', true]);
    let shown = await (await service.get(`${path}/${id}`)).json();
    for (let i = 0; i < 600 && shown.state !== 'finished'; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      shown = await (await service.get(`${path}/${id}`)).json();
    }
    expect(shown).toMatchObject({
      pipeline: 'verified',
      state: 'finished',
      askedBy: 'Ann Tester',
      revision: 1,
      done: 8,
      total: 8,
      differences: { unknown: 3, conflict: 0 },
      certificate: { sides: { A: { records: 8, fields: 16 } } },
      error: null,
    });
    expect(certificateHash(shown.certificate)).toBe(shown.hash);

    const first = await (await service.get(`${path}/${id}/differences?limit=2`)).json();
    const rest = await (
      await service.get(`${path}/${id}/differences?limit=2&cursor=${encodeURIComponent(first.next)}`)
    ).json();
    expect([first.items.length, rest.items.length, rest.next]).toEqual([2, 1, null]);
    expect(first.items[0]).toEqual({
      kind: 'value',
      reason: 'unknown',
      record: expect.stringMatching(/^rec_\d+$/),
      side: 'B',
      externalId: expect.stringMatching(/^\d+$/),
      unit: 'x',
      held: 'x',
      seen: 'a"b',
      detail: 'Support has another value than was last seen there',
      repaired: null,
    });
    const none = await (await service.get(`${path}/${id}/differences?reason=policy`)).json();
    expect(none).toEqual({ items: [], next: null });
  });

  it('lists them, newest first, and says what it does not know', async () => {
    await verify(pair);
    const all = await (await service.get(path)).json();
    expect(all.items.map((one: { id: string }) => one.id)).toEqual(['ver_2', 'ver_1']);
    const first = await (await service.get(`${path}?limit=1`)).json();
    const second = await (
      await service.get(`${path}?limit=1&cursor=${encodeURIComponent(first.next)}`)
    ).json();
    expect([first.items[0].id, second.items[0].id, second.next]).toEqual(['ver_2', 'ver_1', null]);
    for (const wrong of [`${path}/ver_99`, `${path}/1`, path.replace('verified', 'nothing')])
      expect((await service.get(wrong)).status).toBe(404);
    const odd = await service.post(path, { repair: 'yes' });
    expect(odd.status).toBe(422);
  });

  it('is measured', async () => {
    const text = await (await service.get('/metrics')).text();
    expect(text).toContain('accord_verified_differences{pipeline="verified",reason="unknown"} 3');
    expect(text).toMatch(/accord_last_verified_timestamp_seconds\{pipeline="verified"\} \d{10}/);
  });

  it('on the command line: finds, repairs, and proves that a certificate is as it was issued', async () => {
    const env = { ACCORD_URL: service.url, ACCORD_TOKEN: service.tester.token };
    const found = await accord(['verify', 'verified'], env);
    expect(found.code).toBe(6);
    expect(found.out).toContain('8 records of CRM and 8 of Support compared\nDifferences: 3 unknown\n');
    expect(found.out).toMatch(/unknown {2}rec_\d+ {2}Support "\d+" {2}x {2}"x" \/ "a\\"b" {2}/);
    const repaired = await accord(['verify', 'verified', '--repair', '--json'], env);
    expect(repaired.code).toBe(6);
    await pair.quiet();
    const clean = await accord(['verify', 'verified'], env);
    expect([clean.code, clean.out.split('\n')[1]]).toEqual([0, 'No differences.']);
    expect((await pair.a.query(`select from t where x = 'a"b'`)).rowCount).toBe(3);

    const file = join(folder, 'certificate.json');
    await writeFile(file, repaired.out);
    const intact = await accord(['verify', '--check', file], env);
    expect([intact.code, intact.out]).toEqual([0, expect.stringContaining('is as it was issued')]);
    const alone = await accord(['verify', '--check', file], { ACCORD_URL: 'http://127.0.0.1:1' });
    expect([alone.code, alone.err]).toEqual([0, expect.stringContaining('Only the certificate itself')]);
    await pair.hub.general.query(
      `update verification_difference set seen = '"other"' where verification_id = 4`,
    );
    const altered = await accord(['verify', '--check', file, '--json'], env);
    expect([altered.code, JSON.parse(altered.out).faults]).toEqual([
      6,
      ['the list of differences that Accord has is not the one that was certified'],
    ]);
    await writeFile(file, repaired.out.replaceAll('"unknown":3', '"unknown":0'));
    expect((await accord(['verify', '--check', file], { ACCORD_URL: 'http://127.0.0.1:1' })).code).toBe(6);
    expect((await accord(['verify', '--check', join(folder, 'none')], env)).code).toBe(2);
    expect((await accord(['verify'], env)).code).toBe(2);
  });
});
