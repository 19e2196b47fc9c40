import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import prettier from 'prettier';
import '../test/support/typescript-hooks.mjs';
import { root } from './root.mjs';
import { say } from './say.mjs';

// Writes docs/conflict-matrix.md from the rows of the case tables. `--check`: only says whether the page is what they say.
const { TABLES } = await import('../test/core/cases/tables.ts');
const { lifeRows } = await import('../test/core/cases/life.ts');
const { PLAIN } = await import('../test/support/core/policies.ts');
const { matrixPage } = await import('../test/support/core/matrix-page.ts');

const path = join(root, 'docs', 'conflict-matrix.md');
const options = await prettier.resolveConfig(path);
const page = await prettier.format(matrixPage(TABLES, lifeRows, PLAIN), { ...options, filepath: path });

if (!process.argv.includes('--check')) await writeFile(path, page);
else if ((await readFile(path, 'utf8').catch(() => '')) !== page) {
  say('docs/conflict-matrix.md is out of step with the case tables: run node scripts/conflict-matrix.mjs');
  process.exitCode = 1;
}
