import { basename, dirname } from 'node:path';
import { hasErrors, sortDiagnostics, type Diagnostic } from './diagnostic.js';
import { lintPipeline } from './lint.js';
import { loadFile, pipelineOf } from './load-project.js';
import type { PipelineSource } from './project.js';

export interface FileValidation {
  /** Of this file alone, in reading order. */
  readonly diagnostics: readonly Diagnostic[];
  /** `null` when there is an error. */
  readonly pipeline: PipelineSource | null;
}

/**
 * Reads one pipeline file on its own: nothing is asked about the connections that it names. What is wrong with it is told, never thrown.
 *
 * @param now time to judge expiries by, ms since the epoch
 */
export async function validatePipelineFile(path: string, now: number): Promise<FileValidation> {
  const diagnostics: Diagnostic[] = [];
  const loaded = await loadFile(dirname(path), basename(path), diagnostics);
  if (loaded?.kind === 'Connection') {
    const place = { ...loaded.source.positionOf(['kind']), path: '/kind' };
    const message = 'expected a Pipeline, found a Connection';
    diagnostics.push({ severity: 'error', code: 'project-kind', message, file: loaded.file, ...place });
  }
  const pipeline = loaded?.kind === 'Pipeline' ? pipelineOf(loaded) : null;
  if (pipeline !== null) diagnostics.push(...lintPipeline(pipeline, undefined, now));
  const sorted = sortDiagnostics(diagnostics);
  return { diagnostics: sorted, pipeline: hasErrors(sorted) ? null : pipeline };
}
