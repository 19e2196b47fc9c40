import type { PipelineFigures, Pause, SideFigures } from './pipeline-figures.js';
import type { PauseDto, PipelineDto, PipelineSideDto } from './pipeline.dto.js';
import { policiesInWords } from './policy-words.js';
import { verdict } from './verdict.js';

/** A pipeline as the API answers it. */
export function pipelineAnswer(figures: PipelineFigures): PipelineDto {
  const { name, revision, state, sides, counts, load, plan } = figures;
  return {
    name,
    revision,
    state,
    paused: pauseAnswer(figures.paused),
    ...verdict(figures),
    sides: { A: sideAnswer(sides.A), B: sideAnswer(sides.B) },
    counts,
    load,
    policies: plan === null ? {} : policiesInWords(plan),
  };
}

function sideAnswer(side: SideFigures | null): PipelineSideDto | null {
  if (side === null) return null;
  const { label, connector, object, lagSeconds, backlog, paused, error, restored, lastReadAt, lastWriteAt } =
    side;
  return {
    label,
    connector,
    object,
    lagSeconds: lagSeconds === null ? null : Math.round(lagSeconds * 1000) / 1000,
    backlog,
    paused: pauseAnswer(paused),
    restored,
    error: error === null ? null : { ...error, since: error.since.toISOString() },
    lastReadAt: lastReadAt?.toISOString() ?? null,
    lastWriteAt: lastWriteAt?.toISOString() ?? null,
  };
}

function pauseAnswer(pause: Pause | null): PauseDto | null {
  return pause === null ? null : { ...pause, at: pause.at.toISOString() };
}
