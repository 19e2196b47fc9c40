import type { ConnectionSpec, PipelineSpec } from '../core/pipeline/spec.js';
import type { Position } from './yaml-source.js';

/** A folder of pipelines and the connections they use, read and found valid. */
export interface Project {
  readonly connections: ReadonlyMap<string, ConnectionSpec>;
  readonly pipelines: readonly PipelineSource[];
}

export interface PipelineSource {
  readonly spec: PipelineSpec;
  /** Relative to the project's folder. */
  readonly file: string;
  readonly text: string;
  /** SHA-256 of the text, hexadecimal: equal while the file is. */
  readonly hash: string;
  readonly positionOf: (path: readonly (string | number)[]) => Position;
}

/** Reads a variable of the environment; `undefined` when it is not set. */
export type ReadVariable = (name: string) => string | undefined;
