#!/usr/bin/env node
import 'reflect-metadata';
import { runProgram } from './cli/program.js';
import { nameSourcePositions } from './common/source-positions.js';

nameSourcePositions();

await runProgram(process.argv);
