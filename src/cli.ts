#!/usr/bin/env node
import 'reflect-metadata';
import { runProgram } from './cli/program.js';

await runProgram(process.argv);
