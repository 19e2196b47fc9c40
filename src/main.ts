import 'reflect-metadata';
import { loadEnv } from './common/env.js';
import { runService } from './run-service.js';

process.exitCode = await runService(() => loadEnv());
