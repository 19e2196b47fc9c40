import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { logOptions } from '../../src/common/logging.js';

function logged(
  write: (logger: pino.Logger) => void,
  level: 'info' | 'debug' = 'info',
): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString('utf8')) as Record<string, unknown>);
      done();
    },
  });
  write(pino(logOptions({ LOG_LEVEL: level, LOG_FORMAT: 'json' }), sink));
  return lines;
}

describe('a log line', () => {
  it('is a constant message with its data as fields, at the level that was asked for', () => {
    const lines = logged((logger) => {
      logger.debug('not now');
      logger.info({ pipeline: 'contacts', rows: 7 }, 'batch delivered');
    });
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        pipeline: 'contacts',
        rows: 7,
        msg: 'batch delivered',
      },
    ]);
  });

  it('never holds credentials or the values of a record', () => {
    const [line] = logged((logger) =>
      logger.info(
        {
          url: 'postgresql://a:b@c/d',
          connection: { password: 'b' },
          fields: { name: 'Eve' },
          link: { value: 'Eve' },
        },
        'seen',
      ),
    );
    expect(JSON.stringify(line)).not.toMatch(/Eve|"b"|a:b/);
  });

  it('holds an error with its causes but not what a driver says about the row', () => {
    const cause = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (name)=(Eve)',
      where: 'Eve',
    });
    const [line] = logged((logger) =>
      logger.error({ err: new Error('it failed', { cause }) }, 'write failed'),
    );
    expect(line).toMatchObject({
      err: { message: 'it failed', cause: { code: '23505', message: 'duplicate key' } },
    });
    expect(JSON.stringify(line)).not.toContain('Eve');
  });

  it.each([
    [
      { code: '22P02' },
      'invalid input syntax for type integer: "Eve "Adams""',
      'invalid input syntax for type integer: "…"',
    ],
    [
      { errno: 1366 },
      "Incorrect integer value: 'Eve's' for column 'age' at row 1",
      "Incorrect integer value: '…' for column '…' at row 1",
    ],
    [{ errno: 1062 }, "Duplicate entry 'Eve' for key 'person.name'", "Duplicate entry '…' for key '…'"],
    [{ errno: 1292 }, "Truncated incorrect DOUBLE value: 'Eve'", "Truncated incorrect DOUBLE value: '…'"],
    [{ errno: 1292 }, "Incorrect value: 'the 'first'\nof Eve'", "Incorrect value: '…'"],
    [
      { code: '22P02' },
      'ungültige Eingabesyntax für Typ integer: »Eve«',
      'ungültige Eingabesyntax für Typ integer: "…"',
    ],
    [
      { code: '58000', routine: 'exec_stmt_raise' },
      'corrupt Eve',
      'an error that its own code raised; what that said is in the log of the server',
    ],
    [{ code: '42P01' }, 'relation "people" does not exist', 'relation "people" does not exist'],
  ])('holds no value that a server quotes in its message: %j', (facts, message, told) => {
    const cause = Object.assign(new Error(message), facts);
    const [line] = logged((logger) =>
      logger.error({ err: new Error('it failed', { cause }) }, 'read failed'),
    );
    expect(line).toMatchObject({ err: { cause: { message: told } } });
    expect(JSON.stringify(line)).not.toContain('Eve');
  });
});
