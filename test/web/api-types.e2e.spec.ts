import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../ops/service.js';
import { runFolder } from '../support/test-database.js';

const kept = 'web/src/api/openapi.d.ts';
let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

it('the types of the screen are those of the API document (ACCORD_TEST_WRITE_TYPES=1 writes them anew)', async () => {
  const document = join(runFolder(), 'openapi.json');
  const generated = join(runFolder(), 'openapi.d.ts');
  await writeFile(document, await (await service.get('/api/openapi.json')).text());
  const cli = join('node_modules', 'openapi-typescript', 'bin', 'cli.js');
  await promisify(execFile)(process.execPath, [
    cli,
    document,
    '--output',
    generated,
    '--immutable',
    '--alphabetize',
  ]);
  const types = await readFile(generated, 'utf8');
  if (process.env.ACCORD_TEST_WRITE_TYPES === '1') await writeFile(kept, types);
  expect(await readFile(kept, 'utf8')).toBe(types);
}, 60_000);
