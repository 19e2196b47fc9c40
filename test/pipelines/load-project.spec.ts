import 'reflect-metadata';
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src/common/errors.js';
import { diagnosticsText } from '../../src/pipelines/diagnostic-report.js';
import type { Diagnostic } from '../../src/pipelines/diagnostic.js';
import { loadProject, validateProject, type LoadOptions } from '../../src/pipelines/load-project.js';
import { fields, wrong } from './wrong-pipelines.js';

const variables: Record<string, string> = {
  CRM_URL: 'postgres://sync:secret@localhost:5432/crm',
  SUPPORT_URL: 'postgresql://sync@localhost/support',
  SHOP_URL: 'mysql://sync@localhost:3306/shop',
};
const options: LoadOptions = { variable: (name) => variables[name], now: Date.parse('2026-11-21T00:00:00Z') };
const folders: string[] = [];

async function project(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'accord-project-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

async function diagnose(files: Record<string, string | Buffer>): Promise<readonly Diagnostic[]> {
  return (await validateProject(await project(files), options)).diagnostics;
}

const connection = (name: string, url = '${CRM_URL}'): string =>
  `apiVersion: accord/v1\nkind: Connection\nmetadata: { name: ${name} }\nconnector: postgres\nurl: ${url}\n`;

const pipeline = (body: string, name = 'people'): string => `apiVersion: accord/v1
kind: Pipeline
metadata: { name: ${name} }
connections:
  a: { ref: crm, object: public.people }
  b: { ref: support, object: public.contacts }
match:
  - { id: by-email, by: [email], action: link }
  - { id: otherwise, action: create }
${body}`;

const both = { 'a.yaml': connection('crm'), 'b.yaml': connection('support', '${SUPPORT_URL}') };

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

describe('loadProject', () => {
  it('reads every example without a complaint', async () => {
    const { diagnostics, project: loaded } = await validateProject('examples/pipelines', options);
    expect(diagnosticsText(diagnostics)).toBe(
      // Polling knows when a record changed, not which field; no field there uses newest, so nothing is said of it.
      '0 errors, 0 warnings',
    );
    expect(loaded?.pipelines.map(({ spec }) => spec.metadata.name)).toEqual([
      'companies-to-shop',
      'policies',
      'smallest',
      'transforms',
      'whole-record',
    ]);
    expect([...(loaded?.connections.keys() ?? [])]).toEqual(['crm', 'shop', 'support']);
  });

  it.each([
    ['mysql', '${SHOP_URL}', []],
    ['mysql', 'mariadb://sync@localhost/shop', []],
    ['mysql', '${CRM_URL}', ['expected an address mysql://user@host:port/database']],
    ['postgres', '${SHOP_URL}', ['expected an address postgres://user@host:port/database']],
  ])('wants an address of the system: connector %s, %s', async (connector, url, messages) => {
    const text = connection('crm', url).replace('connector: postgres', `connector: ${connector}`);
    const found = await diagnose({
      'a.yaml': text,
      'b.yaml': connection('support'),
      'p.yml': pipeline(fields),
    });
    expect(found.filter(({ file }) => file === 'a.yaml').map(({ message }) => message)).toEqual(messages);
  });

  it('gives the parsed file with its text, hash and places, and resolved addresses', async () => {
    const text = pipeline(fields);
    const { connections, pipelines } = await loadProject(
      await project({ ...both, 'p.yml': text, 'notes.txt': '{' }),
      options,
    );
    expect(connections.get('crm')?.url).toBe(variables.CRM_URL);
    expect(pipelines).toHaveLength(1);
    expect(pipelines[0]).toMatchObject({
      file: 'p.yml',
      text,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(pipelines[0]?.spec.fields.email).toEqual({
      a: 'email',
      b: 'mail',
      policy: { strategy: 'review' },
    });
    expect(pipelines[0]?.positionOf(['fields', 'email', 'policy'])).toEqual({ line: 11, column: 31 });
    expect(pipelines[0]?.positionOf(['fields', 'email', 'nope', 'deeper'])).toEqual({ line: 11, column: 3 });
  });

  it('throws one error with all faults of all files', async () => {
    const folder = await project({
      'a.yaml': connection('crm', '${NOPE}'),
      'b.yaml': 'kind: [',
      'p.yaml': pipeline('fields: {}\n'),
    });
    const thrown = await loadProject(folder, options).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AppError);
    const { code, faults, message } = thrown as AppError;
    expect(code).toBe('invalid');
    expect(faults.map(({ pointer }) => pointer.split(':')[0])).toEqual(
      expect.arrayContaining(['a.yaml', 'b.yaml', 'p.yaml']),
    );
    expect(message).toContain('NOPE');
    expect(message).not.toContain('secret');
  });

  it('throws a typed error for a folder that is not there', async () => {
    await expect(loadProject('/nonexistent/folder', options)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('validateProject', () => {
  it.each(wrong)('names file, line, column and path of %s', async (_name, body, code, message, place) => {
    const diagnostics = await diagnose({ ...both, 'p.yaml': pipeline(body) });
    const found = diagnostics.find(
      (diagnostic) => diagnostic.code === code && message.test(diagnostic.message),
    );
    expect(found ?? diagnostics).toMatchObject({ severity: 'error', file: 'p.yaml' });
    expect(`${String(found?.line)}:${String(found?.column)} ${found?.path ?? ''}`).toBe(place);
  });

  it('reports faults of the shape all at once', async () => {
    const diagnostics = await diagnose({
      ...both,
      'p.yaml': pipeline(
        'fields:\n  a: { typ: text, policy: { strategy: merge, merge: sum } }\n  b: { direction: left }\nload: { accept: maybe }\n',
      ),
    });
    expect(diagnostics.map(({ path }) => path)).toEqual([
      '/fields/a/typ',
      '/fields/a/policy/merge',
      '/fields/b/direction',
      '/load/accept',
    ]);
  });

  it('warns of words that other tools read as booleans, and knows them to be text', async () => {
    const body = 'fields:\n  email: { a: email, b: NO, policy: { strategy: review } }\n';
    const { diagnostics, project: loaded } = await validateProject(
      await project({ ...both, 'p.yaml': pipeline(body) }),
      options,
    );
    expect(diagnostics).toEqual([
      {
        severity: 'warning',
        code: 'yaml-word-boolean',
        message: expect.stringContaining('NO is text here'),
        file: 'p.yaml',
        line: 11,
        column: 25,
        path: '',
      },
    ]);
    expect(loaded?.pipelines[0]?.spec.fields.email?.b).toBe('NO');
  });

  it.each([
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from(
        { length: 8 },
        (_, i) =>
          `${'bcdefghi'[i] ?? ''}: &${'bcdefghi'[i] ?? ''} [${Array(9)
            .fill(`*${'abcdefgh'[i] ?? ''}`)
            .join(',')}]`,
      ).join('\n')}\n`,
      'yaml-alias',
    ],
    ['deep brackets', '['.repeat(200_000), 'yaml-too-deep'],
    ['deep mappings', '{a: '.repeat(5_000), 'yaml-too-deep'],
    ['deep lists', '- '.repeat(50_000), 'yaml-too-deep'],
    [
      'deep indentation',
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'yaml-too-deep',
    ],
    ['a NUL byte', 'kind: Pipe\0line\n', 'yaml-not-text'],
    ['an escape character', 'kind: "\u001b[31m"\n', 'yaml-not-text'],
    ['bytes that are no UTF-8', Buffer.from([0x6b, 0x3a, 0x20, 0xff, 0xfe]), 'yaml-not-text'],
    ['10 MB', Buffer.alloc(10_000_000, 'a: b\n'), 'yaml-too-large'],
    ['an empty file', '', 'yaml-empty'],
    ['only a comment', '# nothing\n', 'yaml-empty'],
    ['a scalar', 'hello\n', 'project-kind'],
    ['an unclosed bracket', 'a: [1, 2\n', 'yaml-bad-indent'],
    ['an unclosed quote', 'a: "x\n', 'yaml-missing-char'],
    ['an unknown kind', 'kind: Pipline\n', 'project-kind'],
    ['a kind that every object has', 'kind: __proto__\n', 'project-kind'],
    ['a method for a kind', 'kind: toString\n', 'project-kind'],
    [
      'more keys than can be compared two by two',
      `kind: Pipeline\n${Array.from({ length: 80_000 }, (_, i) => `k${String(i)}: 1`).join('\n')}`,
      'shape-unknown-key',
    ],
    ['a poisoned key', 'kind: Pipeline\n__proto__: { polluted: true }\n', 'shape-unknown-key'],
  ] as [string, string | Buffer, string][])(
    // So many that comparing them two by two does not end within the time that a test has.
    'answers %s with a typed error',
    async (_name, content, code) => {
      const diagnostics = await diagnose({ 'x.yaml': content });
      expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  it('reports a folder in place of a file', async () => {
    const folder = await project(both);
    await mkdir(join(folder, 'c.yaml'));
    const { diagnostics } = await validateProject(folder, options);
    expect(diagnostics).toMatchObject([{ code: 'project-unreadable', file: 'c.yaml', line: 0 }]);
  });

  it('looks across files', async () => {
    const diagnostics = await diagnose({
      ...both,
      'c.yaml': connection('crm'),
      'p.yaml': pipeline(fields),
      'q.yaml': pipeline(fields).replace('ref: crm', 'ref: crn'),
    });
    expect(diagnostics.map(({ file, code, message }) => [file, code, message])).toEqual([
      ['c.yaml', 'project-name-taken', 'another file has a connection crm already'],
      ['q.yaml', 'project-name-taken', 'another file has a pipeline people already'],
      ['q.yaml', 'project-connection-unknown', 'there is no connection crn; did you mean crm?'],
    ]);
  });

  it('takes a connection that no file declares for one that is kept by hand, but not one that looks mistyped', async () => {
    const named = (ref: string) => ({
      ...both,
      'p.yaml': pipeline(fields).replace('ref: crm', `ref: ${ref}`),
    });
    const byHand = await validateProject(await project(named('billing-system')), options);
    expect(byHand.project?.pipelines).toHaveLength(1);
    expect(byHand.diagnostics).toMatchObject([
      {
        severity: 'warning',
        code: 'project-connection-unknown',
        message: expect.stringContaining('kept by hand'),
        path: '/connections/a/ref',
      },
    ]);
    const mistyped = await project(named('crn'));
    expect((await validateProject(mistyped, options)).project).toBeNull();
    // A service that runs shows the pipeline waiting, and serves the others.
    const waiting = await validateProject(mistyped, { ...options, unknownConnections: 'wait' });
    expect(waiting.project?.pipelines).toHaveLength(1);
    expect(waiting.diagnostics).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('did you mean crm') },
    ]);
  });

  it('follows references from file to file', async () => {
    const contacts = `${fields}  company: { a: company_id, b: org_id, reference: NAME, policy: { strategy: review } }\n`;
    const companies = pipeline(fields, 'companies').replaceAll(/people|contacts/g, 'orgs');
    const said = async (name: string, target: string) =>
      (
        await diagnose({
          ...both,
          's.yaml': connection('shop', '${SUPPORT_URL}'),
          'c.yaml': target,
          'p.yaml': pipeline(contacts.replace('NAME', name)),
        })
      ).map(({ file, line, path, code, message }) => [`${file}:${String(line)} ${path}`, code, message]);
    const place = 'p.yaml:12 /fields/company/reference';
    expect(await said('companies', companies)).toEqual([]);
    expect(await said('people', companies)).toEqual([]);
    expect(await said('companys', companies)).toEqual([
      [place, 'project-reference-unknown', 'there is no pipeline companys; did you mean companies?'],
    ]);
    expect(await said('companies', companies.replace('ref: support', 'ref: shop'))).toEqual([
      [
        place,
        'project-reference-connections',
        'companies has shop on b, this pipeline has support: an id of one system says nothing in another',
      ],
    ]);
  });

  it.each([
    ['${CRM_URL_X}', 'project-variable-missing', /CRM_URL_X to be set/],
    ['${not a name}', 'project-variable-name', /not a name/],
    ['http://x/y', 'project-url', /postgres:\/\/user@host/],
    ['postgres://u:hunter2@h/d', 'project-secret', /password stands in the file/],
  ])('judges the address %s', async (url, code, message) => {
    const diagnostics = await diagnose({ 'a.yaml': connection('crm', url) });
    expect(diagnostics).toMatchObject([
      { code, message: expect.stringMatching(message), file: 'a.yaml', line: 5, column: 1, path: '/url' },
    ]);
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
  });

  it('adds what the lint says, at its place', async () => {
    const body =
      'fields:\n  email: { a: email, b: mail, policy: { strategy: merge, merge: set } }\n  tags:\n    a: t\n    b: { column: t, read: "upper(valu)" }\n    policy: { strategy: review }\n';
    const diagnostics = await diagnose({ ...both, 'p.yaml': pipeline(body) });
    expect(diagnostics.map(({ code, line, column, path }) => [code, line, column, path])).toEqual([
      ['expression-invalid', 14, 21, '/fields/tags/b/read'],
    ]);
  });
});
