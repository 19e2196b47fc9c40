import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LINT_CODES } from '../../src/core/lint/message.js';
import { diagnosticsText } from '../../src/pipelines/diagnostic-report.js';
import { validateProject, type LoadOptions } from '../../src/pipelines/load-project.js';

const options: LoadOptions = { variable: () => 'postgres://u@h/d', now: 0 };

describe('documentation', () => {
  it('explains every code of the lint', async () => {
    const text = (await readFile('docs/pipelines.md', 'utf8')).replace(/ +/g, ' ');
    for (const [code, meaning] of Object.entries(LINT_CODES))
      expect(text).toContain(`| \`${code}\` | ${meaning} |`);
  });

  it('shows pipelines that are valid', async () => {
    const text = await readFile('docs/pipelines.md', 'utf8');
    const blocks = [...text.matchAll(/```yaml\n([^]*?)```/g)]
      .map((match) => match[1] ?? '')
      .filter((block) => block.includes('apiVersion'));
    expect(blocks.length).toBeGreaterThanOrEqual(2);
    const folder = await mkdtemp(join(tmpdir(), 'accord-docs-'));
    for (const [i, block] of blocks.entries()) await writeFile(join(folder, `${String(i)}.yaml`), block);
    expect(diagnosticsText((await validateProject(folder, options)).diagnostics)).toBe(
      '0 errors, 0 warnings',
    );
    await rm(folder, { recursive: true });
  });
});
