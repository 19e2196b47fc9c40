import { parentPort, workerData } from 'node:worker_threads';
import { playShare, type Share } from './play.js';

for (const tally of playShare(workerData as Share)) parentPort?.postMessage(tally);
