import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { errorCatalogue } from '../../src/common/errors.js';
import { publicId } from '../../src/common/public-ids.js';
import { compile } from '../../src/core/pipeline/compile.js';
import type { CompileInput } from '../../src/core/pipeline/compile-input.js';
import type { FieldSpec } from '../../src/core/pipeline/spec.js';
import type { FieldType, Json } from '../../src/core/value.js';
import { startTestService, type TestService } from '../ops/service.js';
import { prototypesStayClean } from '../support/fuzz/prototypes.js';
import { requestTo, type AnyRequest, type ApiDocument, type Known } from '../support/fuzz/requests.js';
import { patience, runs } from '../support/fuzz/runs.js';
import { FIELD_TYPES, rawText } from '../support/fuzz/typed.js';
import { anyJson } from '../support/fuzz/values.js';
import { HubRecords } from '../support/hub-records.js';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly etag: string | undefined;
}

/** One field of every type, each in conflict on a record of its own. */
const EDITS: Readonly<Record<FieldType, readonly [a: Json, b: Json]>> = {
  text: ['a', 'b'],
  enum: ['open', 'closed'],
  interval: ['1 day', '2 days'],
  integer: ['1', '2'],
  decimal: ['1.5', '2.5'],
  float: [1.5, 2.5],
  boolean: [true, false],
  date: ['2024-01-01', '2024-01-02'],
  datetime: ['2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z'],
  localdatetime: ['2024-01-01T00:00:00', '2024-01-02T00:00:00'],
  time: ['10:00:00', '11:00:00'],
  uuid: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'],
  bytes: ['00', '01'],
  set: [['a'], ['b']],
  list: [['a', null], ['b']],
  json: [{ a: 1 }, { a: 2 }],
};

const review = { strategy: 'review' } as const;
const SIDE = { label: 'CRM', tier: 'T0', orderedLog: true } as const;
const COMPILED: CompileInput = {
  spec: {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'everything' },
    connections: { a: { ref: 'crm', object: 'public.a' }, b: { ref: 'support', object: 'public.b' } },
    match: [{ id: 'by-text', by: ['f_text'], action: 'link' }],
    fields: {
      ...Object.fromEntries(
        FIELD_TYPES.map((type): [string, FieldSpec] => [
          `f_${type}`,
          { type, a: type, b: type, policy: review },
        ]),
      ),
      street: { a: 'street', b: 'street' },
      city: { a: 'city', b: 'city' },
    },
    groups: { address: { fields: ['street', 'city'], policy: review } },
  },
  schemas: { A: undefined, B: undefined },
  sides: { A: SIDE, B: { ...SIDE, label: 'Support' } },
};

describe('the service, whatever is sent to it', () => {
  let service: TestService;
  let document: ApiDocument;
  let known: Known;
  const conflicts = new Map<string, string>();
  prototypesStayClean();

  beforeAll(async () => {
    service = await startTestService();
    document = JSON.parse(
      (await send({ method: 'GET', target: '/api/openapi.json', headers: {}, body: null })).text,
    ) as ApiDocument;
    const records = await HubRecords.create(
      service.pools.general,
      compile(COMPILED.spec, COMPILED.schemas, COMPILED.sides, 1),
    );
    await service.pools.general.query('update pipeline_revision set spec = $1', [JSON.stringify(COMPILED)]);
    const links: number[] = [];
    for (const [i, type] of FIELD_TYPES.entries()) {
      const link = await records.agreed(
        { a: `a${String(i)}`, b: `b${String(i)}` },
        { address: { street: 'x', city: 'y' } },
      );
      const [a, b] = EDITS[type];
      await records.edit(
        link,
        { unit: `f_${type}`, side: 'A', value: a },
        { unit: `f_${type}`, side: 'B', value: b },
      );
      links.push(link);
    }
    await records.edit(
      links[0]!,
      { unit: 'address', side: 'A', value: { street: 'p', city: 'q' } },
      { unit: 'address', side: 'B', value: { street: 'r', city: 's' } },
    );
    const { rows } = await service.pools.general.query<{ id: string; unit: string }>(
      'select id, unit from conflict',
    );
    for (const { id, unit } of rows) conflicts.set(unit, publicId.conflict(id));
    const ids = [
      ...conflicts.values(),
      ...links.map(publicId.record),
      'dec_0199d1a2-0000-7000-8000-000000000000',
    ];
    known = {
      id: ids,
      name: ['everything'],
      pipeline: ['everything'],
      record: links.map(publicId.record),
      externalId: ['a0', 'b3'],
      field: [...conflicts.keys(), '$life'],
      unit: [...conflicts.keys(), '$life'],
      side: ['A', 'B'],
      cursor: [await nextOf('/api/v1/conflicts?limit=2'), await nextOf('/api/v1/records?limit=2')],
      'If-Match': ['"x"', '*', 'W/"1"', '"1", "2"'],
      'Idempotency-Key': ['k1', 'k2', 'ü', ''],
      'Last-Event-ID': ['1', '-1', '1e99', '99999999999999'],
    };
  });
  afterAll(() => service.close());

  async function nextOf(target: string): Promise<string> {
    const { text } = await send({ method: 'GET', target, headers: {}, body: null });
    return (JSON.parse(text) as { next: string }).next;
  }

  function send({ method, target, headers, body }: AnyRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(service.url);
      const own = {
        ...service.tester.headers,
        // Node leaves the length out where a method is not expected to have a body.
        ...(body !== null && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
        ...headers,
      };
      const sent = request({ hostname, port, method, path: target, headers: own }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString(),
            etag: response.headers.etag,
          }),
        );
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }

  /** What was asked is in the message, so that a finding can be sent again. */
  const isAnswered = (asked: AnyRequest, { status, type, text }: Answer): void => {
    expect({ asked, status, text }).toEqual({ asked, status: expect.any(Number), text: expect.any(String) });
    if (status >= 500)
      throw new Error(`${asked.method} ${asked.target} ${String(asked.body)}: ${String(status)} ${text}`);
    if (status < 400) return;
    expect([asked.target, type]).toEqual([asked.target, expect.stringContaining('application/problem+json')]);
    const problem = JSON.parse(text) as { code: string; status: number };
    expect(problem.status).toBe(status);
    expect(Object.keys(errorCatalogue)).toContain(problem.code);
  };

  /** Without the stream of events, which does not end, and what ends or starts the session that the tests use. */
  const operations = (): readonly (readonly [path: string, method: string])[] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter(() => !/\/events$|\/session/.test(path))
        .map((method) => [path, method] as const),
    );

  it(
    'answers every operation, asked in any way, and never with a fault of its own',
    async () => {
      const any = fc
        .constantFrom(...operations())
        .chain(([path, method]) => requestTo(document, path, method, known));
      await fc.assert(
        fc.asyncProperty(any, async (asked) => isAnswered(asked, await send(asked))),
        runs(400),
      );
      expect((await send({ method: 'GET', target: '/api/v1/me', headers: {}, body: null })).status).not.toBe(
        401,
      );
    },
    patience(8),
  );

  it(
    'takes any value as a decision or says what is wrong with it',
    async () => {
      const value = fc.constantFrom(...FIELD_TYPES).chain((type) =>
        fc.record({
          unit: fc.oneof({ weight: 8, arbitrary: fc.constant(`f_${type}`) }, fc.constant('address')),
          value: fc.oneof(anyJson, rawText(type), fc.array(rawText(type), { maxLength: 3 })),
        }),
      );
      await fc.assert(
        fc.asyncProperty(value, async ({ unit, value: typed }) => {
          const id = conflicts.get(unit) ?? '';
          const looked: AnyRequest = {
            method: 'GET',
            target: `/api/v1/conflicts/${id}`,
            headers: {},
            body: null,
          };
          const { etag, ...shown } = await send(looked);
          isAnswered(looked, { ...shown, etag });
          expect(shown.status).toBe(200);
          const decided: AnyRequest = {
            method: 'POST',
            target: `/api/v1/conflicts/${id}/decisions`,
            headers: { 'if-match': etag ?? '' },
            body: JSON.stringify({ take: 'value', value: typed }),
          };
          const answer = await send(decided);
          isAnswered(decided, answer);
          if (answer.status !== 201) return;
          const decision = (JSON.parse(answer.text) as { id: string }).id;
          const undone: AnyRequest = {
            method: 'POST',
            target: `/api/v1/decisions/${decision}/undo`,
            headers: {},
            body: '{}',
          };
          isAnswered(undone, await send(undone));
        }),
        runs(100),
      );
    },
    patience(8),
  );
});
