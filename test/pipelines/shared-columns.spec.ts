import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { FieldSpec, PipelineSpec } from '../../src/core/pipeline/spec.js';
import type { PipelineSource } from '../../src/pipelines/project.js';
import { sharedColumns } from '../../src/pipelines/shared-columns.js';

const review = { strategy: 'review' } as const;

function pipeline(
  name: string,
  a: readonly [ref: string, object: string],
  b: readonly [ref: string, object: string],
  fields: Readonly<Record<string, FieldSpec>>,
): PipelineSource {
  const spec: PipelineSpec = {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name },
    connections: { a: { ref: a[0], object: a[1] }, b: { ref: b[0], object: b[1] } },
    match: [{ id: 'by-email', by: ['email'], action: 'link' }],
    fields,
  };
  return {
    spec,
    file: `${name}.yaml`,
    text: '',
    hash: '',
    positionOf: (path) => ({ line: path.length, column: 1 }),
  };
}

const said = (pipelines: readonly PipelineSource[], placesOf = () => ({})) =>
  sharedColumns(pipelines, placesOf).map(({ severity, file, path, message }) => [
    severity,
    file,
    path,
    message,
  ]);

const email: FieldSpec = { a: 'email', b: { column: 'mail' }, policy: review };

describe('columns that two pipelines write', () => {
  it('are an error between the same two tables, whichever is called a', () => {
    const people = pipeline('people', ['crm', 'people'], ['desk', 'public.contacts'], { email });
    const again = pipeline('again', ['desk', 'public.contacts'], ['crm', 'public.people'], {
      address: { a: 'mail', b: 'other', policy: review },
    });
    expect(said([people, again])).toEqual([
      [
        'error',
        'people.yaml',
        '/fields/email/b/column',
        expect.stringContaining(
          'public.contacts.mail is written by pipeline again (again.yaml, field address) too',
        ),
      ],
      [
        'error',
        'again.yaml',
        '/fields/address/a',
        expect.stringContaining('by pipeline people (people.yaml, field email) too'),
      ],
    ]);
  });

  it('are a warning where a table is kept in agreement with several', () => {
    const desk = pipeline('desk', ['crm', 'people'], ['desk', 'contacts'], { email });
    const shop = pipeline('shop', ['crm', 'people'], ['shop', 'buyers'], { email });
    expect(said([desk, shop])).toEqual([
      [
        'warning',
        'desk.yaml',
        '/fields/email/a',
        expect.stringContaining('people.email is written by pipeline shop'),
      ],
      [
        'warning',
        'shop.yaml',
        '/fields/email/a',
        expect.stringContaining('people.email is written by pipeline desk'),
      ],
    ]);
  });

  it('are nothing where one of them only reads, or only a table or a name is the same', () => {
    const out: FieldSpec = { ...email, direction: 'aToB', policy: { strategy: 'owner', owner: 'a' } };
    const seen: FieldSpec = { a: 'email', contextOnly: true };
    const desk = pipeline('desk', ['crm', 'people'], ['desk', 'contacts'], { email });
    expect(
      said([
        desk,
        pipeline('shop', ['crm', 'people'], ['shop', 'buyers'], { email: out, seen }),
        pipeline('names', ['crm', 'people'], ['desk', 'contacts'], {
          name: { a: 'name', b: 'name', policy: review },
        }),
        pipeline('elsewhere', ['old', 'people'], ['new', 'contacts'], { email }),
      ]),
    ).toEqual([]);
  });

  it('are found under two names of one place, once it has been looked at', () => {
    const desk = pipeline('desk', ['crm', 'people'], ['desk', 'contacts'], { email });
    const shop = pipeline('shop', ['crm-readonly', 'app.people'], ['shop', 'buyers'], { email });
    expect(said([desk, shop])).toEqual([]);
    expect(said([desk, shop], () => ({ A: 'system 7, app.people' }))).toHaveLength(2);
  });
});
