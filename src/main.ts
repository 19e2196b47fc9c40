import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { loadEnv } from './common/env.js';
import { nameSourcePositions } from './common/source-positions.js';
import { runService } from './run-service.js';

nameSourcePositions();

// By default the heap may grow to several times of what is alive before it is swept. This costs a few percent of time for a good deal
// of memory under load (docs/benchmarks.md).
setFlagsFromString('--heap-growing-percent=80');

process.exitCode = await runService(() => loadEnv());
