import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../common/errors.js';
import { nearest } from '../core/lint/nearest.js';
import type { ConnectionSpec, PipelineSpec } from '../core/pipeline/spec.js';
import { resolveUrl } from './connection-url.js';
import { hasErrors, jsonPointer, sortDiagnostics, type Diagnostic } from './diagnostic.js';
import { diagnosticsText } from './diagnostic-report.js';
import type { Constructor } from './dto/constraints.js';
import { ConnectionDto } from './dto/connection.dto.js';
import { PipelineDto } from './dto/pipeline.dto.js';
import { lintPipeline } from './lint.js';
import type { Look, LookedAt } from './live-facts.js';
import type { PipelineSource, Project, ReadVariable } from './project.js';
import { readText } from './read-file.js';
import { lintTargets } from './references.js';
import { shapeFaults } from './shape.js';
import { sharedColumns } from './shared-columns.js';
import { MAX_BYTES, readYaml, type YamlSource } from './yaml-source.js';

export interface LoadOptions {
  /** Where `${NAME}` in a connection's address is looked up. */
  readonly variable: ReadVariable;
  /** Time to judge expiries by, ms since the epoch. */
  readonly now: number;
  /**
   * A connection that no file declares may be kept by hand. `wait`: its pipeline waits until there is one. Without it, a name that looks
   * like a mistyped one is an error.
   */
  readonly unknownConnections?: 'wait';
  /** Looks at the systems. Without it the lint says what the files alone tell. */
  readonly look?: (connections: Iterable<ConnectionSpec>) => Look;
}

export interface Validation {
  /** In reading order. */
  readonly diagnostics: readonly Diagnostic[];
  /** `null` when there is an error. */
  readonly project: Project | null;
}

const KINDS: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['Connection', ConnectionDto],
  ['Pipeline', PipelineDto],
]);

export interface Loaded {
  readonly file: string;
  readonly text: string;
  readonly source: YamlSource;
  readonly kind: string | null;
}

/** Reads all `*.yaml` and `*.yml` of a folder and reports every fault of every file. Throws only when the folder cannot be read. */
export async function validateProject(folder: string, options: LoadOptions): Promise<Validation> {
  const diagnostics: Diagnostic[] = [];
  const files: Loaded[] = [];
  for (const file of await yamlFiles(folder)) {
    const loaded = await loadFile(folder, file, diagnostics);
    if (loaded !== null) files.push(loaded);
  }
  if (files.length === 0 && diagnostics.length === 0)
    diagnostics.push(wholeFile('.', 'project-empty', 'expected at least one *.yaml file'));
  const { connections, usable } = connectionsOf(files, options.variable, diagnostics);
  const pipelines = pipelinesOf(files, connections, diagnostics, options.unknownConnections === 'wait');
  const look = options.look?.(usable);
  try {
    diagnostics.push(...(await judged(pipelines, look, options.now)));
  } finally {
    await look?.close();
  }
  const sorted = sortDiagnostics(diagnostics);
  return { diagnostics: sorted, project: hasErrors(sorted) ? null : { connections, pipelines } };
}

/** The same, for callers that need a valid project: throws AppError `invalid` with all faults. */
export async function loadProject(folder: string, options: LoadOptions): Promise<Project> {
  const { diagnostics, project } = await validateProject(folder, options);
  if (project !== null) return project;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const faults = errors.map(({ file, line, column, path, message, code }) => ({
    pointer: `${file}:${String(line)}:${String(column)}${path === '' ? '' : ` ${path}`}`,
    detail: message,
    code,
  }));
  throw new AppError(
    'invalid',
    `The pipelines in ${folder} are not valid.\n${diagnosticsText(diagnostics)}`,
    { faults },
  );
}

async function yamlFiles(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.')).sort();
  } catch (error) {
    throw new AppError('not-found', `The folder of pipelines cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

export async function loadFile(
  folder: string,
  file: string,
  diagnostics: Diagnostic[],
): Promise<Loaded | null> {
  const read = await readText(join(folder, file));
  if ('tooLarge' in read) {
    diagnostics.push(
      wholeFile(
        file,
        'yaml-too-large',
        `expected at most ${String(MAX_BYTES)} bytes, found ${String(read.tooLarge)}`,
      ),
    );
    return null;
  }
  if ('unreadable' in read) {
    diagnostics.push(wholeFile(file, 'project-unreadable', `the file cannot be read: ${read.unreadable}`));
    return null;
  }
  const source = readYaml(read.text);
  for (const { severity, code, message, line, column } of source.faults)
    diagnostics.push({ severity, code, message, file, line, column, path: '' });
  if (source.value === undefined) return null;
  const kind = kindOf(source.value);
  const type = kind === null ? undefined : KINDS.get(kind);
  if (type === undefined) {
    const guess = kind === null ? null : nearest(kind, [...KINDS.keys()]);
    const message = `expected kind: Pipeline or Connection${kind === null ? '' : `, found ${JSON.stringify(kind.slice(0, 60))}`}${guess === null ? '' : `; did you mean ${guess}?`}`;
    diagnostics.push({
      severity: 'error',
      code: 'project-kind',
      message,
      file,
      ...source.positionOf(['kind']),
      path: '/kind',
    });
    return null;
  }
  const faults = shapeFaults(type, source.value);
  for (const { code, message, path } of faults) {
    diagnostics.push({
      severity: 'error',
      code: `shape-${code}`,
      message,
      file,
      ...source.positionOf(path),
      path: jsonPointer(path),
    });
  }
  // A file whose shape is wrong still names itself, so that others do not complain that it is missing.
  return { file, text: read.text, source, kind: faults.length === 0 ? kind : null };
}

function kindOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  return typeof value.kind === 'string' ? value.kind : null;
}

function nameOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return null;
  const { metadata } = value;
  return typeof metadata === 'object' &&
    metadata !== null &&
    'name' in metadata &&
    typeof metadata.name === 'string'
    ? metadata.name
    : null;
}

function connectionsOf(
  files: readonly Loaded[],
  variable: ReadVariable,
  diagnostics: Diagnostic[],
): { readonly connections: ReadonlyMap<string, ConnectionSpec>; readonly usable: readonly ConnectionSpec[] } {
  const connections = new Map<string, ConnectionSpec>();
  const usable: ConnectionSpec[] = [];
  for (const { file, source, kind } of files) {
    if (kind !== 'Connection') continue;
    const spec = source.value as ConnectionSpec;
    const { url, faults } = resolveUrl(spec, variable);
    for (const fault of faults)
      diagnostics.push({ ...fault, file, ...source.positionOf(['url']), path: '/url' });
    if (connections.has(spec.metadata.name)) {
      diagnostics.push(nameTaken(file, source, 'connection', spec.metadata.name));
      continue;
    }
    connections.set(spec.metadata.name, { ...spec, url });
    // Where an address is wrong there is nothing to look at, and that was said.
    if (!faults.some(({ severity }) => severity === 'error')) usable.push({ ...spec, url });
  }
  return { connections, usable };
}

function pipelinesOf(
  files: readonly Loaded[],
  connections: ReadonlyMap<string, ConnectionSpec>,
  diagnostics: Diagnostic[],
  mayWait: boolean,
): readonly PipelineSource[] {
  const pipelines = new Map<string, PipelineSource>();
  // Connections that are there but not valid are complained about once, where they stand.
  const broken = files.flatMap(({ source, kind }) =>
    kind === null && kindOf(source.value) === 'Connection' ? (nameOf(source.value) ?? []) : [],
  );
  for (const loaded of files) {
    const { file, source } = loaded;
    if (loaded.kind !== 'Pipeline') continue;
    const pipeline = pipelineOf(loaded);
    const { spec } = pipeline;
    if (pipelines.has(spec.metadata.name))
      diagnostics.push(nameTaken(file, source, 'pipeline', spec.metadata.name));
    else pipelines.set(spec.metadata.name, pipeline);
    for (const side of ['a', 'b'] as const) {
      const { ref } = spec.connections[side];
      if (connections.has(ref) || broken.includes(ref)) continue;
      const guess = nearest(ref, [...connections.keys()]);
      const message =
        guess === null
          ? `no file declares the connection ${ref}: it must be kept by hand (Settings, Connections)`
          : `there is no connection ${ref}; did you mean ${guess}?`;
      const path = ['connections', side, 'ref'];
      diagnostics.push({
        severity: guess === null || mayWait ? 'warning' : 'error',
        code: 'project-connection-unknown',
        message,
        file,
        ...source.positionOf(path),
        path: jsonPointer(path),
      });
    }
  }
  return [...pipelines.values()];
}

/** What the lint says of each pipeline, and of all together. */
async function judged(
  pipelines: readonly PipelineSource[],
  look: Look | undefined,
  now: number,
): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const places = new Map<PipelineSource, LookedAt['places']>();
  const schemas = new Map<PipelineSource, LookedAt['facts']['schemas']>();
  for (const pipeline of pipelines) {
    const looked = await look?.at(pipeline.spec);
    if (looked !== undefined) {
      places.set(pipeline, looked.places);
      schemas.set(pipeline, looked.facts.schemas);
    }
    for (const { code, message, path } of looked?.faults ?? [])
      diagnostics.push({
        severity: 'error',
        code,
        message,
        file: pipeline.file,
        ...pipeline.positionOf(path),
        path: jsonPointer(path),
      });
    diagnostics.push(...lintPipeline(pipeline, looked?.facts, now));
  }
  diagnostics.push(...sharedColumns(pipelines, (pipeline) => places.get(pipeline) ?? {}));
  diagnostics.push(...lintTargets(pipelines, (pipeline) => schemas.get(pipeline)));
  return diagnostics;
}

function nameTaken(file: string, source: YamlSource, kind: string, name: string): Diagnostic {
  const path = ['metadata', 'name'];
  return {
    severity: 'error',
    code: 'project-name-taken',
    message: `another file has a ${kind} ${name} already`,
    file,
    ...source.positionOf(path),
    path: jsonPointer(path),
  };
}

function wholeFile(file: string, code: string, message: string): Diagnostic {
  return { severity: 'error', code, message, file, line: 0, column: 0, path: '' };
}

/** A file whose kind is Pipeline. */
export function pipelineOf({ file, text, source }: Loaded): PipelineSource {
  return {
    spec: source.value as PipelineSpec,
    file,
    text,
    hash: createHash('sha256').update(text).digest('hex'),
    positionOf: source.positionOf,
  };
}
