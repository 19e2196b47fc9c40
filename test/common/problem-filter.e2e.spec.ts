import { Writable } from 'node:stream';
import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IsInt, Max, MaxLength, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { LoggerModule, Logger, PinoLogger } from 'nestjs-pino';
import { AppError } from '../../src/common/errors.js';
import { httpLogging } from '../../src/common/logging.js';
import { ProblemFilter } from '../../src/common/problem-filter.js';
import { requestValidation } from '../../src/common/validation.js';

class Choice {
  @MaxLength(3)
  field!: string;
}

class Decision {
  @IsInt()
  @Max(10)
  number!: number;

  @ValidateNested({ each: true })
  @Type(() => Choice)
  choices!: Choice[];
}

const log: string[] = [];
const sink = new Writable({
  write(chunk: Buffer, _encoding, done) {
    log.push(chunk.toString('utf8'));
    done();
  },
});

@Controller('things')
class ThingsController {
  @Get(':id')
  get(@Param('id') id: string): string {
    if (id === 'stale') throw new AppError('stale', 'It is now version 7.', { details: { current: '"7"' } });
    if (id === 'away')
      throw new AppError('database-unreachable', 'Later.', { details: { retryAfterSeconds: 2.5 } });
    if (id === 'broken') {
      const cause = Object.assign(new Error('duplicate key'), {
        code: '23505',
        detail: 'Key (email)=(eve@example.org)',
      });
      throw new Error('select broke for eve', { cause });
    }
    return id;
  }

  @Post()
  decide(@Body() decision: Decision): Decision {
    return decision;
  }
}

@Module({
  imports: [
    LoggerModule.forRoot({
      pinoHttp: [httpLogging({ LOG_LEVEL: 'info', LOG_FORMAT: 'json' }).pinoHttp as object, sink],
    }),
  ],
  controllers: [ThingsController],
})
class ThingsModule {}

describe('an error of the API', () => {
  let app: NestExpressApplication;
  let url: string;

  beforeAll(async () => {
    app = await NestFactory.create<NestExpressApplication>(ThingsModule, { bufferLogs: true });
    app.useLogger(app.get(Logger));
    app.useGlobalPipes(requestValidation());
    app.useGlobalFilters(new ProblemFilter(await app.resolve(PinoLogger)));
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    log.length = 0;
  });

  async function ask(
    path: string,
    init?: RequestInit,
  ): Promise<{ response: Response; problem: Record<string, unknown> }> {
    const response = await fetch(`${url}${path}`, init);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    return { response, problem: (await response.json()) as Record<string, unknown> };
  }

  const post = (body: string): RequestInit => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });

  it('is an RFC 9457 problem with its code, its facts and the id of the request', async () => {
    const { response, problem } = await ask('/things/stale');
    expect(response.status).toBe(412);
    expect(problem).toEqual({
      type: 'urn:accord:error:stale',
      title: 'It changed since it was read',
      status: 412,
      detail: 'It is now version 7.',
      code: 'stale',
      current: '"7"',
      traceId: response.headers.get('x-request-id'),
    });
  });

  it('names every fault of a body by JSON pointer', async () => {
    const { response, problem } = await ask(
      '/things',
      post('{"number":11.5,"choices":[{"field":"ok"},{"field":"long"}],"extra":1}'),
    );
    expect(response.status).toBe(422);
    const pointers = (problem.errors as { pointer: string; code: string }[]).map(
      ({ pointer, code }) => `${pointer} ${code}`,
    );
    expect(pointers.sort()).toEqual([
      '/choices/1/field maxLength',
      '/extra whitelistValidation',
      '/number isInt',
      '/number max',
    ]);
  });

  it('says when to come back', async () => {
    const { response } = await ask('/things/away');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
  });

  it('is a problem too for what never reaches a controller', async () => {
    expect((await ask('/nowhere')).problem).toMatchObject({ status: 404, code: 'not-found' });
    expect((await ask('/things', post('{"number":'))).problem).toMatchObject({
      status: 400,
      code: 'malformed',
    });
    expect((await ask('/things', post(JSON.stringify('x'.repeat(200_000))))).problem).toMatchObject({
      status: 413,
      code: 'too-large',
    });
  });

  it('says nothing about what was not foreseen, and logs it once without values of records', async () => {
    const { response, problem } = await ask('/things/broken');
    expect(response.status).toBe(500);
    expect(JSON.stringify(problem)).not.toMatch(/eve|duplicate/);
    const lines = log.filter((line) => line.includes('request failed'));
    expect(lines.filter((line) => line.includes('ProblemFilter'))).toHaveLength(1);
    const [line] = lines.filter((one) => one.includes('ProblemFilter'));
    expect(JSON.parse(line!)).toMatchObject({
      level: 'error',
      code: 'internal',
      err: { cause: { message: 'select broke for eve', cause: { code: '23505' } } },
    });
    expect(log.join('')).not.toContain('eve@example.org');
    expect(line).toContain(String(problem.traceId));
  });
});
