import 'reflect-metadata';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { compile, nextRuleExpiry } from '../../src/core/pipeline/compile.js';
import { pipelineSettings } from '../../src/core/pipeline/settings.js';
import type { SideFacts } from '../../src/core/pipeline/facts.js';
import type { Json } from '../../src/core/value.js';
import { diagnosticsJson, diagnosticsSarif, diagnosticsText } from '../../src/pipelines/diagnostic-report.js';
import { ConnectionDto } from '../../src/pipelines/dto/connection.dto.js';
import { PipelineDto } from '../../src/pipelines/dto/pipeline.dto.js';
import { jsonSchemas } from '../../src/pipelines/json-schema.js';
import { validateProject, type Validation } from '../../src/pipelines/load-project.js';
import { shapeFaults } from '../../src/pipelines/shape.js';
import { prototypesStayClean } from '../support/fuzz/prototypes.js';
import { patience, runs } from '../support/fuzz/runs.js';
import { anyText, mutated, nasty } from '../support/fuzz/texts.js';
import { anyJson, mutatedJson } from '../support/fuzz/values.js';

const FOLDER = 'examples/pipelines';
const files = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), 'utf8'));
const documents = files.map((text) => parse(text) as Json);
const connections = files.filter((text) => text.includes('kind: Connection'));
const NOW = Date.parse('2026-11-21T00:00:00Z');
const SIDE: SideFacts = { label: 'CRM', tier: 'T0', orderedLog: true };
const SIDES = { A: SIDE, B: { ...SIDE, label: 'Support' } };

/** Words that mean something somewhere in a pipeline, in places where they may mean nothing. */
const words = fc.constantFrom<Json>(
  ...['constructor', '__proto__', 'email', 'a', 'b', 'both', 'aToB', 'record', 'review', 'merge', 'newest'],
  ...['value', 'value +', 'trim(value)', 'true', 'record.email.a == "x"', 'a.value > b.value', '5s', '0ms'],
  ...['999999999d', '500/s', '1/999999d', '2026-12-31T00:00:00Z', '9999-99-99T00:00:00Z', 'set', 'counter'],
  ...[0, -1, 1e21, 0.1, 100, true, false, null, [], {}],
  ...[
    { column: 'x', read: 'value', write: 'value' },
    { strategy: 'merge', merge: 'counter', min: 1e300 },
  ],
);

describe('a folder of pipeline files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'accord-fuzz-'));
    for (const [i, text] of connections.entries()) await writeFile(join(folder, `c${String(i)}.yaml`), text);
  });
  afterAll(() => rm(folder, { recursive: true }));
  prototypesStayClean();

  const validate = async (content: string | Uint8Array): Promise<Validation> => {
    await writeFile(join(folder, 'p.yaml'), content);
    return validateProject(folder, { variable: () => 'postgres://u:p@h/d', now: NOW });
  };

  /** Either faults, each with its place, or pipelines that the engine can run. */
  const isJudged = ({ diagnostics, project }: Validation): void => {
    expect(diagnostics.every(({ file }) => /^[cp]\d?\.yaml$|^\.$/.test(file))).toBe(true);
    expect(diagnostics.every(({ line, column }) => line >= 0 && column >= 0)).toBe(true);
    expect(diagnostics.every(({ code }) => /^[a-z][a-z0-9-]+$/.test(code))).toBe(true);
    expect(project === null).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    diagnosticsText(diagnostics);
    JSON.parse(diagnosticsJson(diagnostics));
    JSON.parse(diagnosticsSarif(diagnostics));
    for (const { spec, positionOf } of project?.pipelines ?? []) {
      expect(positionOf(['fields']).line).toBeGreaterThan(0);
      pipelineSettings(spec);
      expect(nextRuleExpiry(spec, NOW) ?? NOW + 1).toBeGreaterThan(NOW);
      compile(spec, { A: undefined, B: undefined }, SIDES, 1, NOW);
    }
  };

  it(
    'says what is wrong with any bytes',
    async () => {
      const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), anyText);
      await fc.assert(
        fc.asyncProperty(bytes, async (content) => isJudged(await validate(content))),
        runs(50),
      );
    },
    patience(3),
  );

  it(
    'says what is wrong with a real file to which something happened, or runs it',
    async () => {
      await fc.assert(
        fc.asyncProperty(mutated(files), async (content) => isJudged(await validate(content))),
        runs(75),
      );
    },
    patience(4),
  );

  it(
    'says what is wrong with a real document to which something happened, or runs it',
    async () => {
      const document = mutatedJson(documents, fc.oneof(words, words, anyJson));
      await fc.assert(
        fc.asyncProperty(document, async (content) => isJudged(await validate(JSON.stringify(content)))),
        runs(125),
      );
    },
    patience(5),
  );

  it(
    'says what is wrong with flow and block collections in every disorder',
    async () => {
      const piece = fc.oneof(
        nasty,
        fc.constantFrom(
          'a: ',
          'b:\n',
          '  ',
          '- ',
          '? ',
          '[',
          ']',
          '{',
          '}',
          ', ',
          '&x ',
          '*x',
          '<<: *x',
          '|\n',
          '>-\n',
        ),
      );
      const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
      await fc.assert(
        fc.asyncProperty(text, async (content) => isJudged(await validate(content))),
        runs(75),
      );
    },
    patience(4),
  );
});

describe('the shape of a document', () => {
  prototypesStayClean();
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  ajv.addFormat('date-time', true).addFormat('date', true);
  const schemas = jsonSchemas();
  const kinds = [
    { type: PipelineDto, accepts: ajv.compile(schemas['pipeline.schema.json'] ?? {}) },
    { type: ConnectionDto, accepts: ajv.compile(schemas['connection.schema.json'] ?? {}) },
  ];

  it(
    'is judged alike by the validation and by the published schema',
    () => {
      fc.assert(
        fc.property(mutatedJson(documents, fc.oneof(words, anyJson)), (document) => {
          for (const { type, accepts } of kinds) {
            const faults = shapeFaults(type, document);
            const accepted = accepts(document);
            expect({ faults, accepted, errors: accepts.errors }).toEqual({
              faults: accepted ? [] : expect.anything(),
              accepted: faults.length === 0,
              errors: accepts.errors,
            });
          }
        }),
        runs(250),
      );
    },
    patience(3),
  );
});
