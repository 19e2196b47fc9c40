import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { transform, transformFile, type Options } from '@swc/core';

let folder: string;

const options: Options = {
  sourceMaps: true,
  jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
  module: { type: 'es6' },
};

// Lines that are gone when it is built.
const faulty = `interface Gone {
  readonly line: number;
}

type Also = Gone;

export function fail(gone: Also): never {
  throw new Error(\`line \${gone.line}\`);
}
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accord-positions-'));
  await mkdir(join(folder, 'common'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const product = await transformFile('src/common/source-positions.ts', options);
  await writeFile(join(folder, 'common', 'source-positions.js'), product.code);
  const built = await transform(faulty, { ...options, filename: 'faulty.ts' });
  await writeFile(join(folder, 'faulty.js'), built.code);
  await writeFile(join(folder, 'faulty.js.map'), built.map ?? '');
  await writeFile(join(folder, 'unmapped.js'), built.code);
});
afterAll(() => rm(folder, { recursive: true }));

async function stackOf(file: string, error = 'error.stack'): Promise<string> {
  const program = `
    import { nameSourcePositions } from './common/source-positions.js';
    import { fail } from './${file}';
    nameSourcePositions();
    try { fail({ line: 8 }); } catch (error) { console.log(${error}); }`;
  const args = ['--input-type=module', '--eval', program];
  return (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;
}

it('names the line of the source in a stack', async () => {
  const stack = await stackOf('faulty.js');
  expect(stack).toContain('Error: line 8\n    at fail (');
  expect(stack).toContain('faulty.ts:8:');
  expect(stack).not.toContain('faulty.js');
});

it('leaves a line as it is where there is no map', async () => {
  expect(await stackOf('unmapped.js')).toMatch(/unmapped\.js:\d+:\d+/);
});

it('gives a stack for what cannot be made text', async () => {
  const odd = `Object.defineProperty(error, 'toString', { value() { throw 1; } }) && error.stack`;
  expect(await stackOf('faulty.js', odd)).toContain('faulty.ts:8:');
});
