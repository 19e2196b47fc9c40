import { durationMs, parseRate, type Rate } from './duration.js';
import type { GuardLimit, GuardLimits } from '../guard.js';
import type { CaptureSpec, GuardSpec, PipelineSpec } from './spec.js';

/** What a pipeline's file says beside its plan, with defaults filled in: how it is run, not what is decided. */
export interface PipelineSettings {
  /** How long a decision can be undone before it is written, ms. */
  readonly undoMs: number;
  /** How often to look for changes when nothing wakes the pipeline, ms. */
  readonly pollMs: number;
  /** Share of each side's capacity; `null` for no limit. */
  readonly writeBudget: { readonly A: Rate | null; readonly B: Rate | null };
  readonly capture: { readonly A: CaptureSettings; readonly B: CaptureSettings };
  readonly acceptLoad: 'automatic' | 'manual';
  readonly guards: GuardLimits;
  /** How long what is held of a record that was deleted on both sides is kept, ms; `null`: for good. */
  readonly tombstoneMs: number | null;
}

export interface CaptureSettings {
  readonly mode: CaptureSpec['mode'];
  readonly updatedAt: string | null;
  readonly overlapMs: number;
  readonly staleFormMs: number;
}

export function pipelineSettings(spec: PipelineSpec): PipelineSettings {
  const { schedule, connections, review, load, deletes } = spec;
  const capture = { A: captureSettings(connections.a.capture), B: captureSettings(connections.b.capture) };
  const allLogs = capture.A.mode === 'log' && capture.B.mode === 'log';
  const budget = (text: string | undefined): Rate | null => (text === undefined ? null : parseRate(text));
  return {
    undoMs: durationMs(review?.undoWindow ?? '8s'),
    pollMs: durationMs(schedule?.pollEvery ?? (allLogs ? '25ms' : '5s')),
    writeBudget: { A: budget(schedule?.writeBudget?.a), B: budget(schedule?.writeBudget?.b) },
    capture,
    acceptLoad: load?.accept ?? 'manual',
    guards: guardLimits(spec),
    tombstoneMs: deletes?.tombstones === 'off' ? null : durationMs(deletes?.tombstones ?? '365d'),
  };
}

function guardLimits({ deletes, guards }: PipelineSpec): GuardLimits {
  const limit = (
    given: GuardSpec | undefined,
    maxCount: number,
    maxPercent: number,
    window: string,
  ): GuardLimit => ({
    maxCount: given?.maxCount ?? maxCount,
    maxPercent: given?.maxPercent ?? maxPercent,
    windowMs: durationMs(given?.window ?? window),
  });
  return {
    deletes: limit(deletes?.guard, 20, 2, '1h'),
    blanking: limit(guards?.blanking, 100, 5, '1h'),
    overwrite: limit(guards?.massChange, 500, 20, '15m'),
  };
}

function captureSettings(spec: CaptureSpec | undefined): CaptureSettings {
  return {
    mode: spec?.mode ?? 'log',
    updatedAt: spec?.updatedAt ?? null,
    overlapMs: durationMs(spec?.overlap ?? '60s'),
    staleFormMs: durationMs(spec?.staleForm ?? '5m'),
  };
}
