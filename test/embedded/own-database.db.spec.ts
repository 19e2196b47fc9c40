import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openOwnDatabase } from '../../src/embedded/own-database.js';
import { createTestDatabase, runFolder } from '../support/test-database.js';

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}

describe('the own database', () => {
  const folder = join(runFolder(), `own-${process.pid}`);

  it('is the one that DATABASE_URL names, and nothing is started', async () => {
    const { url, drop } = await createTestDatabase();
    const own = await openOwnDatabase({ DATABASE_URL: url, ACCORD_DATA_DIR: folder });
    expect(own.url).toBe(url);
    expect(own.embedded).toBeUndefined();
    await own.close();
    expect(await answers(url)).toBe(true);
    expect(existsSync(folder)).toBe(false);
    await drop();
  });

  it('is the embedded one otherwise, which ends with the one who opened it', async () => {
    const own = await openOwnDatabase({ ACCORD_DATA_DIR: folder });
    expect(await answers(own.url)).toBe(true);
    await own.close();
    expect(await answers(own.url)).toBe(false);
  });
});
