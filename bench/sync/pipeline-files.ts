import { stringify } from 'yaml';
import { columns, table } from './records.js';

/** The pipeline under test: every column both ways, a person is asked when both sides changed it. */
export function benchPipeline(): Readonly<Record<string, string>> {
  const connection = (name: string, label: string, variable: string): unknown => ({
    apiVersion: 'accord/v1',
    kind: 'Connection',
    metadata: { name },
    connector: 'postgres',
    label,
    url: `\${${variable}}`,
  });
  const review = { strategy: 'review' };
  const fields = Object.fromEntries(
    columns.map((name) => [name, { type: 'text', a: name, b: name, policy: review }]),
  );
  const pipeline = {
    apiVersion: 'accord/v1',
    kind: 'Pipeline',
    metadata: { name: 'bench' },
    connections: { a: { ref: 'bench-a', object: table }, b: { ref: 'bench-b', object: table } },
    match: [
      { id: 'by-id', by: ['id'], action: 'link' },
      { id: 'new', action: 'create', direction: 'both' },
    ],
    fields: {
      id: {
        type: 'integer',
        a: 'id',
        b: 'id',
        policy: { strategy: 'owner', owner: 'a', onForeignEdit: 'review' },
      },
      ...fields,
    },
    // One account makes all the edits, in a fifth of the records several times over.
    guards: { massChange: { maxPercent: 100 } },
    load: { accept: 'automatic' },
  };
  return {
    'bench-a.yaml': yaml(connection('bench-a', 'Side A', 'BENCH_A_URL')),
    'bench-b.yaml': yaml(connection('bench-b', 'Side B', 'BENCH_B_URL')),
    'bench.yaml': yaml(pipeline),
  };
}

/** Accord's files know no anchors. */
function yaml(value: unknown): string {
  return stringify(value, { aliasDuplicateObjects: false });
}
