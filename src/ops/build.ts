import { readFileSync } from 'node:fs';

const description = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

/** The version of this package. */
export const version = (JSON.parse(description) as { version: string }).version;
