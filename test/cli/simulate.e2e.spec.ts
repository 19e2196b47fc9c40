import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SimulationResult } from '../../src/cli/simulate/simulation.js';
import { accord, type Ended } from './child.js';

// Every command is a process of its own.
jest.setTimeout(120_000);

const DEMO = 'examples/demo/pipelines/companies.yaml';

function printed({ out }: Ended): SimulationResult {
  expect(out.trim().split('\n')).toHaveLength(1);
  return JSON.parse(out) as SimulationResult;
}

const simulate = (...args: readonly string[]): Promise<Ended> => accord(['simulate', ...args]);

describe('accord simulate', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'accord-simulate-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Two fields of every policy, so that a short run says something about it. */
  async function pipeline(
    name: string,
    fields: readonly string[],
    more: readonly string[] = [],
  ): Promise<string> {
    const file = join(folder, `${name}.yaml`);
    const text = [
      'apiVersion: accord/v1',
      'kind: Pipeline',
      `metadata: { name: ${name} }`,
      'connections:',
      '  a: { ref: crm, object: public.companies, label: Sales desk }',
      '  b: { ref: shop, object: public.customers, label: Shop }',
      'match:',
      '  - { id: by-number, by: [number], action: link }',
      '  - { id: otherwise, action: ignore }',
      'fields:',
      '  number: { type: text, a: number, b: customer_no, policy: { strategy: review } }',
      ...fields.map((line) => `  ${line}`),
      ...more,
    ];
    await writeFile(file, `${text.join('\n')}\n`);
    return file;
  }

  it('tells of the demo what is promised, how often people are asked and what was tried, and finds nothing lost', async () => {
    const { code, out, err } = await simulate('--pipeline', DEMO, '--runs', '150', '--seed', '1');
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('companies: CRM and Support, 150 made-up histories');
    expect(out).toMatch(/CRM \(T0-log\) .*each value that ever stood there is kept/);
    expect(out).toMatch(/✓ {2}company_no +CRM owns it; edits elsewhere are put back/);
    expect(out).toMatch(/\d+ {2}address .*both sides changed it \d+ %/);
    expect(out).toMatch(/[\d,]+ edits · /);
    expect(out).toMatch(/[\d,]+ crashes of Accord/);
    expect(out).toContain('✓ Violations: none.');
    expect(out).toMatch(
      /match \(by-number, by-website, new\), onAmbiguous: every history begins with two records/,
    );
    expect(out).toMatch(/--runs 150 --seed 1 --a-tier T0-log --b-tier T0-log\n$/);
  });

  it('edits every field of the demo, asks what its rules and invariants ask, and is the same again for a seed, on several threads too', async () => {
    const args = ['--pipeline', DEMO, '--runs', '450', '--seed', '7', '--b-tier', 'T1', '--json'];
    const [first, second] = [await simulate(...args), await simulate(...args)];
    const result = printed(first);
    expect(printed(second)).toEqual(result);
    expect(result).toMatchObject({ kept: true, violated: 0, story: null, seed: 7, runs: 450 });
    expect(result.fields.filter(({ edits }) => edits === 0)).toEqual([]);
    const asked = new Map(result.fields.map(({ field, asked: why }) => [field, why]));
    expect(asked.get('contract_end')?.invariant).toBeGreaterThan(0);
    expect(asked.get('company_name')?.['foreign-edit']).toBeGreaterThan(0);
    expect(asked.get('employees')?.value).toBeGreaterThan(0);
    expect(asked.get('manager')).toEqual({});
  });

  it('tells how an edit gets lost where a side can do nothing but be written to, with code 6', async () => {
    const file = await pipeline('blind', [
      'manager: { type: text, a: account_owner, b: contact, policy: { strategy: owner, owner: a } }',
    ]);
    const { code, out } = await simulate('--pipeline', file, '--runs', '80', '--seed', '1', '--b-tier', 'T4');
    expect(code).toBe(6);
    expect(out).toContain(
      '✗ not under these tiers (tier-policy): Shop (T4) can only be written to; direction must be aToB',
    );
    expect(out).toMatch(/Something was lost or mixed up in \d+ of 80 histories/);
    const [, story] = /cut down from \d+ steps:\n([^]*?)\n {2}→/.exec(out) ?? [];
    // Somebody's edit, and the write that went over it without anybody having looked.
    const edit = /Shop +(?:somebody|an? \w+) changes (\w+) from .* to ("Shop -?\d+")/.exec(story ?? '');
    expect(edit).not.toBeNull();
    const [, field, value] = edit as unknown as [string, string, string];
    expect(story).toMatch(new RegExp(`Accord's write arrives: .*${field} from ${value} to `));
    expect(story!.split('\n').length).toBeLessThan(16);
    expect(out).toMatch(
      new RegExp(`→ P2 \\(no value is replaced in silence\\), ${field}: .* replaced ${value} in Shop`),
    );
    expect(out).toContain('Shop cannot write "only if nothing changed"');
  });

  it('gives the lost edit to machines as well, with what plays it again', async () => {
    const file = await pipeline('machines', []);
    const result = printed(
      await simulate('--pipeline', file, '--runs', '60', '--seed', '3', '--a-tier', 'T4', '--json'),
    );
    expect(result.sides.A).toEqual({ label: 'Sales desk', tier: 'T4' });
    expect(result.kept).toBe(false);
    expect(result.violations.P2?.runs).toBeGreaterThan(0);
    expect(result.fields[0]).toMatchObject({
      field: 'number',
      refused: ['Sales desk (T4) can only be written to; direction must be bToA'],
    });
    expect(result.story?.violations[0]).toMatchObject({ property: 'P2', unit: 'number' });
    expect(
      result.story?.steps.some(
        ({ who, did }) => who === 'Sales desk' && /^(somebody|an? \w+) changes/.test(did),
      ),
    ).toBe(true);
    expect(result.story?.history.actions.length).toBeLessThan(result.story?.cutFrom ?? 0);
  });

  it('refuses a counter for a side that cannot tell whether a write arrived, and keeps the rest', async () => {
    const file = await pipeline('counting', [
      'visits: { type: integer, a: visits, b: visits, policy: { strategy: merge, merge: counter } }',
    ]);
    const ended = await simulate(
      '--pipeline',
      file,
      '--runs',
      '80',
      '--seed',
      '2',
      '--b-tier',
      'T3',
      '--json',
    );
    expect(ended.code).toBe(6);
    const { fields } = printed(ended);
    expect(fields.find(({ field }) => field === 'visits')?.refused).toEqual([
      'a counter needs exact acknowledgements; Shop (T3) gives none',
    ]);
    expect(fields.find(({ field }) => field === 'number')).toMatchObject({ refused: [], violated: 0 });
  });

  it('types values of every type through the transforms of the file', async () => {
    const types = [
      'integer',
      'decimal',
      'float',
      'boolean',
      'date',
      'datetime',
      'localdatetime',
      'time',
      'uuid',
    ];
    const more = ['set', 'list', 'json', 'bytes', 'interval', 'enum'];
    const file = await pipeline('types', [
      ...[...types, ...more].map(
        (type) => `f_${type}: { type: ${type}, a: a_${type}, b: b_${type}, policy: { strategy: review } }`,
      ),
      `plan: { type: enum, a: { column: plan, read: 'map(value, {"G": "gold", "S": "silver"})', write: 'unmap(value, {"G": "gold", "S": "silver"})' }, b: tier, policy: { strategy: review } }`,
      `phone: { type: text, a: { column: phone, read: 'phone.toE164(value, "DE")', write: 'phone.format(value, "international")' }, b: phone, policy: { strategy: review } }`,
    ]);
    const result = printed(await simulate('--pipeline', file, '--runs', '120', '--seed', '4', '--json'));
    expect(result).toMatchObject({ kept: true, violated: 0 });
    expect(result.fields.filter(({ edits }) => edits === 0)).toEqual([]);
    const remarks = result.notSimulated.map(({ what }) => what);
    expect(remarks).toContain('fields.plan');
    expect(remarks).not.toContain('fields.phone');
  });

  it('names what it cannot play instead of leaving it out in silence', async () => {
    const file = await pipeline(
      'odd',
      [
        'untyped: { a: untyped, b: untyped, policy: { strategy: review } }',
        `nobody: { type: text, a: { column: nobody, read: 'replace(lower(value), "a", "") + upper(value)', write: value }, b: nobody, lossy: true, policy: { strategy: review } }`,
        `who: { type: text, a: who, b: who, policy: { strategy: rules, rules: [{ id: people-first, when: 'a.origin == "person"', take: a }, { id: otherwise, take: review }] } }`,
      ],
      [
        'invariants:',
        `  - { id: never, fields: [untyped], expect: 'untyped == "one" && untyped == "two"' }`,
        'deletes: { guard: { maxCount: 5 } }',
      ],
    );
    const ended = await simulate(
      '--pipeline',
      file,
      '--runs',
      '30',
      '--seed',
      '1',
      '--b-tier',
      'T2',
      '--json',
    );
    const remarks = new Map(printed(ended).notSimulated.map(({ what, why }) => [what, why]));
    expect(remarks.get('fields.untyped')).toMatch(/played as text/);
    expect(remarks.get('fields.nobody')).toMatch(/no value was found that its transforms take and give back/);
    expect(remarks.get('fields.who.policy.rules.people-first')).toMatch(/shows only where a log is read/);
    expect(remarks.get('invariants.never')).toMatch(/left out/);
    expect(remarks.get('deletes.guard')).toMatch(/one record/);
    expect(remarks.get('deletes')).toMatch(/T2/);
  });

  it('says what is wrong with the command line or the file, with code 2', async () => {
    expect(await simulate()).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--pipeline') });
    expect(await simulate('--pipeline', DEMO, '--runs', 'many')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Expected a whole number from 1'),
    });
    expect(await simulate('--pipeline', DEMO, '--a-tier', 'T5')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Allowed choices are T0-log, T0, T1'),
    });
    expect(await simulate('--pipeline', join(folder, 'nowhere.yaml'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('the file cannot be read'),
    });
    expect(await simulate('--pipeline', 'examples/pipelines/crm.connection.yaml')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected a Pipeline, found a Connection'),
    });
    const file = await pipeline('wrong', [
      'tags: { type: text, a: tags, b: tags, policy: { strategy: merge, merge: set } }',
    ]);
    const wrong = await simulate('--pipeline', file, '--json');
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.out)).toMatchObject({
      error: { code: 'invalid', message: expect.stringMatching(/wrong\.yaml:\d+:\d+.*merge-type/) },
    });
  });
});
