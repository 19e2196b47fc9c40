import fc from 'fast-check';
import type { Json } from '../../../src/core/value.js';
import { anyText, nasty } from './texts.js';
import { anyJson, mutatedJson } from './values.js';

/** What is read of an OpenAPI document. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly schema?: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly Json[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

export interface AnyRequest {
  readonly method: string;
  /** As it goes over the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** Values that mean something, by the name of a parameter or property: ids, names and cursors of what is there. */
export type Known = Readonly<Record<string, readonly Json[]>>;

/** Requests to one operation of the API: right ones, nearly right ones, and others. */
export function requestTo(
  document: ApiDocument,
  path: string,
  method: string,
  known: Known,
): fc.Arbitrary<AnyRequest> {
  const operation = document.paths[path]?.[method] ?? {};
  const named = (place: 'path' | 'query' | 'header') =>
    (operation.parameters ?? []).filter((one) => one.in === place);
  const target = fc.tuple(
    fc.tuple(...path.split('/').map((part) => segment(part, known))),
    query(named('query').map(({ name, schema }) => [name, sampleOf(document, schema ?? {}, name, known)])),
  );
  const headers = fc.tuple(
    ...named('header').map(({ name }) =>
      fc.tuple(fc.constant(name), fc.option(fc.oneof(text(known, name), headerText), { freq: 3 })),
    ),
  );
  const schema = operation.requestBody?.content['application/json']?.schema;
  return fc.record({
    method: fc.constant(method.toUpperCase()),
    target: target.map(([parts, search]) => parts.join('/') + search),
    headers: headers.map((entries) =>
      Object.fromEntries(entries.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
    ),
    body: method === 'get' ? fc.constant(null) : body(document, schema, known),
  });
}

/** What Node lets through as the value of a header. */
const headerText = fc.oneof(anyText, nasty).map((given) =>
  given
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    .trim()
    .slice(0, 3_000),
);

function text(known: Known, name: string): fc.Arbitrary<string> {
  const values = (known[name] ?? []).map(String);
  return values.length === 0 ? headerText : fc.constantFrom(...values);
}

function segment(part: string, known: Known): fc.Arbitrary<string> {
  const name = /^(.*)\{(\w+)\}(.*)$/.exec(part);
  if (name === null) return fc.constant(part);
  const [, before = '', parameter = '', after = ''] = name;
  const values = (known[parameter] ?? []).map(String);
  return fc
    .oneof(
      {
        weight: values.length === 0 ? 0 : 5,
        arbitrary: fc.constantFrom(...(values.length === 0 ? [''] : values)).map(encode),
      },
      { weight: 2, arbitrary: anyText.map((given) => encode(given.slice(0, 300))) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '%00',
          '%ff',
          '%E0%A4%A',
          '%',
          '..',
          '%2e%2e',
          '.',
          '%2F',
          '%252F',
          ';',
          '__proto__',
          '%C0%80',
        ),
      },
    )
    .map((value) => before + value + after);
}

function query(parameters: readonly (readonly [string, fc.Arbitrary<Json>])[]): fc.Arbitrary<string> {
  const one = fc.oneof(
    ...parameters.map(([name, values]) =>
      values.map((value) => `${name}=${encode(typeof value === 'string' ? value : JSON.stringify(value))}`),
    ),
    ...parameters.map(([name]) => anyText.map((value) => `${name}=${encode(value.slice(0, 500))}`)),
    ...parameters.map(([name]) =>
      fc.constantFrom(
        `${name}[]=a`,
        `${name}[a]=b`,
        `${name}[__proto__][x]=1`,
        name,
        `${name}=%`,
        `${name}=%ff`,
      ),
    ),
    fc.constantFrom(
      '__proto__[x]=1',
      'constructor[prototype][x]=1',
      '&&==',
      'a[b][c][d][e][f][g]=1',
      '%=%',
      '?',
      'x=1',
    ),
  );
  return fc.array(one, { maxLength: 4 }).map((parts) => (parts.length === 0 ? '' : `?${parts.join('&')}`));
}

function body(
  document: ApiDocument,
  schema: Schema | undefined,
  known: Known,
): fc.Arbitrary<string | Uint8Array | null> {
  const sample = schema === undefined ? fc.constant<Json>({}) : sampleOf(document, schema, '', known);
  return fc.oneof(
    { weight: 4, arbitrary: sample.map((value) => JSON.stringify(value)) },
    {
      weight: 4,
      arbitrary: sample.chain((value) => mutatedJson([value], anyJson)).map((value) => JSON.stringify(value)),
    },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        null,
        '',
        '{',
        '[]',
        'null',
        '"x"',
        '{"__proto__":{"x":1}}',
        '['.repeat(5_000),
        `{"value":${'['.repeat(40_000)}${']'.repeat(40_000)}}`,
        `{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`,
      ),
    },
  );
}

function sampleOf(document: ApiDocument, given: Schema, name: string, known: Known): fc.Arbitrary<Json> {
  const schema =
    given.$ref === undefined
      ? given
      : (document.components.schemas[given.$ref.split('/').at(-1) ?? ''] ?? {});
  const values = known[name];
  if (values !== undefined) return fc.constantFrom(...values);
  if (schema.enum !== undefined && schema.enum.length > 0) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return fc
        .record(
          Object.fromEntries(
            Object.entries(schema.properties ?? {}).map(([key, of]) => [
              key,
              sampleOf(document, of, key, known),
            ]),
          ),
          { requiredKeys: [] },
        )
        .map((value) => ({ ...value })) as fc.Arbitrary<Json>;
    case 'array':
      return fc.array(sampleOf(document, schema.items ?? {}, name, known), { maxLength: 3 });
    case 'integer':
    case 'number':
      return fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(-1, 0, 1e21, 0.5));
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.oneof(
        fc.constantFrom('a', 'ann@example.com', '2026-01-01T00:00:00Z'),
        anyText.map((given) => given.slice(0, 500)),
      );
    default:
      return anyJson;
  }
}

/** As a client would, but also for what has no encoding of its own. */
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}
