import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFile, readdir } from 'node:fs/promises';
import { parse } from 'yaml';
import { jsonSchemas } from '../../src/pipelines/json-schema.js';
import { PipelineDto } from '../../src/pipelines/dto/pipeline.dto.js';
import { shapeFaults } from '../../src/pipelines/shape.js';

const schemas = jsonSchemas();
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
ajv.addFormat('date-time', true).addFormat('date', true);
const validate = ajv.compile(schemas['pipeline.schema.json'] ?? {});
const validateConnection = ajv.compile(schemas['connection.schema.json'] ?? {});

type Data = Record<string, unknown>;
const example = async (name: string): Promise<Data> =>
  parse(await readFile(`examples/pipelines/${name}`, 'utf8')) as Data;

describe('the published JSON Schemas', () => {
  it('are in step with the classes (npm run build, then node scripts/schemas.mjs)', async () => {
    for (const [name, schema] of Object.entries(schemas)) {
      expect(JSON.parse(await readFile(`schemas/${name}`, 'utf8'))).toEqual(
        JSON.parse(JSON.stringify(schema)),
      );
    }
  });

  it('accept every example', async () => {
    for (const name of await readdir('examples/pipelines')) {
      const check = name.includes('connection') ? validateConnection : validate;
      expect([name, check(await example(name)) ? [] : check.errors]).toEqual([name, []]);
    }
  });

  it('forbid unknown keys in every object that names its keys', () => {
    const objects: Data[] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && 'type' in node) objects.push(node);
      Object.values(node).forEach(walk);
    };
    walk(schemas);
    expect(objects.length).toBeGreaterThan(25);
    for (const object of objects) expect(object.additionalProperties).toBe(false);
  });

  type Change = (data: Data) => void;
  const field =
    (of: unknown): Change =>
    (data) =>
      ((data.fields as Data).name = of);
  const wrong: readonly (readonly [string, Change])[] = [
    ['a misspelt key', (data) => (data.feilds = {})],
    ['a wrong version', (data) => (data.apiVersion = 'accord/v2')],
    ['no match rules', (data) => (data.match = [])],
    ['no fields', (data) => (data.fields = {})],
    ['an owner without a side', field({ a: 'x', b: 'x', policy: { strategy: 'owner' } })],
    ['newest without a tie rule', field({ a: 'x', b: 'x', policy: { strategy: 'newest' } })],
    ['an unknown policy', field({ a: 'x', b: 'x', policy: { strategy: 'lww' } })],
    ['a policy of two kinds', field({ a: 'x', b: 'x', policy: { strategy: 'review', owner: 'a' } })],
    ['an unknown type', field({ type: 'string', a: 'x', b: 'x' })],
    ['an empty column', field({ a: '', b: 'x' })],
    ['a lens without a column', field({ a: { read: 'value' }, b: 'x' })],
    ['a negative tolerance', field({ a: 'x', b: 'x', compare: { tolerance: -1 } })],
    ['a normalizer twice', field({ a: 'x', b: 'x', compare: { normalize: ['trim', 'trim'] } })],
    ['a wrong duration', (data) => (data.schedule = { pollEvery: '5 min' })],
    ['a group of one', (data) => (data.groups = { g: { fields: ['name'], policy: { strategy: 'review' } } })],
    ['a wrong priority', (data) => (data.review = { priority: { name: 'highest' } })],
    ['flips of one', (data) => (data.guards = { flapping: { flips: 1, window: '1m' } })],
    ['a hold set of a word', (data) => (data.holdSets = [{ id: 'h', fields: 'all' }])],
    [
      'a wrong expiry',
      field({
        a: 'x',
        b: 'x',
        policy: { strategy: 'rules', rules: [{ id: 'r', take: 'a', expiresAt: 'tomorrow' }] },
      }),
    ],
    ['a field name with a hyphen', (data) => (data.fields = { 'e-mail': { a: 'x', b: 'x' } })],
  ];
  it.each(wrong)('and the validation both refuse %s', async (_name, change) => {
    const data = await example('smallest.yaml');
    expect(validate(data)).toBe(true);
    change(data);
    expect(validate(data)).toBe(false);
    expect(shapeFaults(PipelineDto, data)).not.toEqual([]);
  });

  it('and the validation both take a hold set of the whole record', async () => {
    const data = { ...(await example('smallest.yaml')), holdSets: [{ id: 'all', fields: 'record' }] };
    expect(validate(data)).toBe(true);
    expect(shapeFaults(PipelineDto, data)).toEqual([]);
  });
});
