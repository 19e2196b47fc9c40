import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { root } from './root.mjs';
import { run } from './run.mjs';

// No container engine is needed: both files are parsed and linted.
const dockerfile = readFileSync(join(root, 'docker', 'Dockerfile'), 'utf8');
const faults = validate(dockerfile);
for (const { range, message } of faults)
  console.error(`docker/Dockerfile:${range.start.line + 1} ${message}`);

const { code } = await run('dclint', ['--max-warnings', '0', 'docker/compose.yaml']);
process.exit(faults.length === 0 && code === 0 ? 0 : 1);
