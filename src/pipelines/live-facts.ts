import { messageOf } from '../common/errors.js';
import type { ConnectionCatalog } from '../connectors/connection-catalog.js';
import type { Connection, Endpoint, EndpointOptions } from '../connectors/connector.js';
import { ConnectorError } from '../connectors/errors.js';
import { SIDES, type Side } from '../core/clock.js';
import { isWritten } from '../core/lint/columns.js';
import { DuplicateKeys, type Duplicates } from '../core/lint/match-duplicates.js';
import { fieldMapping } from '../core/mapping/field-mapping.js';
import { durationMs } from '../core/pipeline/duration.js';
import type { ObjectFacts, SchemaFacts, SideFacts } from '../core/pipeline/facts.js';
import type { ConnectionSpec, EndpointSpec, PipelineSpec } from '../core/pipeline/spec.js';
import type { Raw } from '../core/value.js';
import { declaredCatalog } from './declared-catalog.js';
import type { PipelineFacts } from './lint.js';

/** Rows whose values are tried, and rows whose keys are compared. */
const SAMPLE = 300;
const MOST_KEYS = 20_000;
const KEY_PAGE = 2_000;

/** What looking at the systems of a pipeline gave. */
export interface LookedAt {
  readonly facts: PipelineFacts;
  readonly faults: readonly LiveFault[];
  /** What tells the two objects from all others: the same place under two names is the same. Absent where it was not reached. */
  readonly places: Readonly<Partial<Record<Side, string>>>;
}

export interface LiveFault {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

interface Looked {
  readonly place: string;
  readonly schema: ObjectFacts;
  readonly side: SideFacts;
  readonly endpoint: Endpoint;
}

/** Opens connections as they are needed; whoever has it closes it. */
export interface Look {
  /** `undefined` where a connection of the pipeline is not among those that can be opened. */
  at(spec: PipelineSpec): Promise<LookedAt | undefined>;
  close(): Promise<void>;
}

export function lookThrough(connections: Iterable<ConnectionSpec>): Look {
  const catalog = declaredCatalog(connections, null, 'accord validate');
  const isKnown = ({ ref }: EndpointSpec): boolean => catalog.kindOf(ref) !== null;
  return {
    at: async (spec) =>
      isKnown(spec.connections.a) && isKnown(spec.connections.b) ? lookAt(spec, catalog) : undefined,
    close: () => catalog.close(),
  };
}

/**
 * Looks at both systems of a pipeline: columns, rights, some rows. Reads only; installs nothing. Whatever keeps it from looking is a
 * fault at the place in the file that names the thing; it throws for nothing that a system may answer.
 */
async function lookAt(spec: PipelineSpec, catalog: ConnectionCatalog): Promise<LookedAt> {
  const faults: LiveFault[] = [];
  const [A, B] = await Promise.all(
    SIDES.map((side) => guarded(faults, side, () => open(spec, side, catalog))),
  );
  const looked: Readonly<Record<Side, Looked | null>> = { A: A ?? null, B: B ?? null };
  try {
    const schemas: SchemaFacts = { A: looked.A?.schema, B: looked.B?.schema };
    const found = await Promise.all(
      SIDES.map(async (side) => {
        const of = looked[side];
        return of === null ? null : guarded(faults, side, () => rowsOf(spec, side, of.endpoint, schemas));
      }),
    );
    const [rowsA, rowsB] = found;
    return {
      facts: {
        schemas,
        ...(looked.A !== null && looked.B !== null && { sides: { A: looked.A.side, B: looked.B.side } }),
        samples: { A: rowsA?.samples ?? {}, B: rowsB?.samples ?? {} },
        duplicates: found.flatMap((rows) => rows?.duplicates ?? []),
      },
      faults,
      places: {
        ...(looked.A !== null && { A: looked.A.place }),
        ...(looked.B !== null && { B: looked.B.place }),
      },
    };
  } finally {
    await Promise.allSettled(SIDES.map((side) => looked[side]?.endpoint.close() ?? Promise.resolve()));
  }
}

async function open(spec: PipelineSpec, side: Side, catalog: ConnectionCatalog): Promise<Looked> {
  const end = endOf(spec, side);
  const connection = await catalog.get(end.ref);
  const { identity } = await connection.check();
  const schema = await schemaOf(connection, end, side);
  const known = new Set(schema.fields.flatMap(({ name, type }) => (type === null ? [] : [name])));
  const columns = columnsOf(spec, side, schema);
  const endpoint = await connection.endpoint({
    ...bareOptions(end, side),
    columns: columns.filter(({ name }) => known.has(name)).map(({ name }) => name),
    capture: captureOf(end, known),
  });
  const written = columns.filter((one) => one.written && known.has(one.name)).map(({ name }) => name);
  const refused = new Set(await endpoint.unwritable(written));
  const { tier, orderedLog } = endpoint.capabilities;
  return {
    place: JSON.stringify([identity, schema.object]),
    schema: {
      ...schema,
      fields: schema.fields.map((field) => ({
        ...field,
        readOnly: field.readOnly || refused.has(field.name),
      })),
    },
    side: { label: end.label ?? catalog.labelOf(end.ref), tier, orderedLog },
    endpoint,
  };
}

/** Opened without a field first: one that is not there would keep it from telling the others. */
async function schemaOf(connection: Connection, end: EndpointSpec, side: Side): Promise<ObjectFacts> {
  const endpoint = await connection.endpoint(bareOptions(end, side));
  try {
    return endpoint.schema;
  } finally {
    await endpoint.close();
  }
}

/** Nothing is kept for this consumer: nothing is installed. */
function bareOptions({ object }: EndpointSpec, side: Side): EndpointOptions {
  return { consumer: `validate:${side}`, object, columns: [], capture: { mode: 'snapshot' } };
}

function captureOf({ capture }: EndpointSpec, known: ReadonlySet<string>): EndpointOptions['capture'] {
  // A stamp that is not there is the lint's to name.
  if (capture?.updatedAt === undefined || !known.has(capture.updatedAt))
    return { mode: capture?.mode === 'polling' ? 'snapshot' : (capture?.mode ?? 'log') };
  return {
    mode: capture.mode,
    updatedAt: capture.updatedAt,
    ...(capture.overlap !== undefined && { overlapMs: durationMs(capture.overlap) }),
  };
}

interface Rows {
  readonly samples: Readonly<Record<string, readonly Raw[]>>;
  readonly duplicates: readonly Duplicates[];
}

async function rowsOf(
  spec: PipelineSpec,
  side: Side,
  endpoint: Endpoint,
  schemas: SchemaFacts,
): Promise<Rows> {
  const { columns } = endpoint.options;
  const samples = Object.fromEntries(columns.map((name): [string, Raw[]] => [name, []]));
  for await (const page of endpoint.snapshot({ columns, pageSize: SAMPLE })) {
    for (const { values } of page) for (const name of columns) samples[name]?.push(values[name] ?? null);
    break;
  }
  const keys = new DuplicateKeys(spec, schemas, side);
  const keyColumns = keys.columns();
  let looked = 0;
  if (keyColumns.length > 0 && keyColumns.every((name) => columns.includes(name))) {
    for await (const page of endpoint.snapshot({ columns: keyColumns, pageSize: KEY_PAGE })) {
      for (const { id, values } of page) keys.add(id, values);
      looked += page.length;
      if (looked >= MOST_KEYS) break;
    }
  }
  return { samples, duplicates: keys.found() };
}

function columnsOf(
  spec: PipelineSpec,
  side: Side,
  schema: ObjectFacts,
): readonly { readonly name: string; readonly written: boolean }[] {
  const columns = new Map<string, boolean>();
  const schemas: SchemaFacts = { A: undefined, B: undefined, [side]: schema };
  for (const [field, of] of Object.entries(spec.fields)) {
    const { column } = fieldMapping(field, of, schemas)[side];
    if (column !== null) columns.set(column, (columns.get(column) ?? false) || isWritten(of, side));
  }
  return [...columns].map(([name, written]) => ({ name, written }));
}

function endOf(spec: PipelineSpec, side: Side): EndpointSpec {
  return side === 'A' ? spec.connections.a : spec.connections.b;
}

/** The part of the pipeline that is to be corrected, where it is not the connection. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  'object-unknown': ['object'],
  'object-unsupported': ['object'],
  'key-missing': ['object'],
  'permission-missing': ['object'],
  'field-unknown': ['capture', 'updatedAt'],
  'field-unsupported': ['capture', 'updatedAt'],
};

async function guarded<T>(faults: LiveFault[], side: Side, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const at = PLACES[error.code] ?? ['ref'];
    faults.push({
      code: `live-${error.code}`,
      message: messageOf(error),
      path: ['connections', side.toLowerCase(), ...at],
    });
    return null;
  }
}
