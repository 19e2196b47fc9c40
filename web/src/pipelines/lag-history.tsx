import { Text } from '@mantine/core';
import { useState } from 'react';
import type { FlowStep } from '../api/conflict-flow';
import { useLagHistory, type LagHistory as History } from '../api/lag-history';
import type { Pipeline } from '../api/types';
import { duration } from '../format/duration';
import { hourOrDay } from '../format/time';
import { lagStrings as words } from '../strings-lag';
import { FlowHead } from './flow-head';
import { sideLabel } from './side-label';

const WIDTH = 480;
const HEIGHT = 72;
const MIDDLE = HEIGHT / 2;
/** What fills a half: six hours. */
const TOP_SECONDS = 6 * 3_600;
const LATE_SECONDS = 60;

/** Whether the sides kept up, and when they did not: A towards B above the line, B towards A below it. */
export function LagHistory({ pipeline }: { readonly pipeline: Pipeline }) {
  const [by, setBy] = useState<FlowStep>('hour');
  const { data } = useLagHistory(pipeline.name, by);
  if (data === undefined) return <div className="flow flow-waits" />;
  const ways = waysOf(pipeline, data);
  return (
    <section className="flow" aria-label={words.title}>
      <FlowHead by={by} onBy={setBy}>
        {words.last[data.by]}: {ways.join('; ')}.
      </FlowHead>
      <Bars history={data} summary={`${words.last[data.by]}: ${ways.join('; ')}`} />
      <Text size="xs" c="dimmed">
        {words.scale}
      </Text>
    </section>
  );
}

function Bars({ history, summary }: { readonly history: History; readonly summary: string }) {
  const step = WIDTH / history.stretches.length;
  return (
    <svg
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      preserveAspectRatio="none"
      className="flow-bars lag-bars"
      role="img"
      aria-label={summary}
    >
      {history.stretches.map(({ at, A, B }, i) => {
        const unmeasured = A === null && B === null;
        return (
          <g key={at}>
            <title>{words.at(hourOrDay(at, 'hour'), `A ${behind(A)}`, `B ${behind(B)}`)}</title>
            <rect
              x={i * step}
              y={0}
              width={step}
              height={HEIGHT}
              className={unmeasured ? 'lag-gap' : 'flow-hit'}
            />
            <Bar x={i * step} width={step} seconds={A} up />
            <Bar x={i * step} width={step} seconds={B} up={false} />
          </g>
        );
      })}
      <line x1={0} x2={WIDTH} y1={MIDDLE} y2={MIDDLE} className="flow-line" />
    </svg>
  );
}

function Bar({
  x,
  width,
  seconds,
  up,
}: {
  readonly x: number;
  readonly width: number;
  readonly seconds: number | null;
  readonly up: boolean;
}) {
  if (seconds === null) return null;
  const height = heightOf(seconds);
  return (
    <rect
      x={x + width * 0.1}
      y={up ? MIDDLE - height : MIDDLE}
      width={width * 0.8}
      height={height}
      className={seconds >= LATE_SECONDS ? 'lag-bar-late' : up ? 'lag-bar-a' : 'lag-bar-b'}
    />
  );
}

/** Logarithmic: what is behind by a second must be seen beside what was behind by hours. */
function heightOf(seconds: number): number {
  const share = Math.log1p(seconds) / Math.log1p(TOP_SECONDS);
  return Math.max(1, Math.min(1, share) * (MIDDLE - 2));
}

function behind(seconds: number | null): string {
  return seconds === null ? words.none : seconds < 1 ? words.kept : duration(seconds);
}

function waysOf(pipeline: Pipeline, { stretches }: History): readonly [string, string] {
  const way = (from: 'A' | 'B', to: 'A' | 'B') => {
    const known = stretches.map((one) => one[from]).filter((seconds) => seconds !== null);
    const [source, target] = [sideLabel(pipeline, from), sideLabel(pipeline, to)];
    return known.length === 0
      ? words.never(source, target)
      : words.most(source, target, behind(Math.max(...known)));
  };
  return [way('A', 'B'), way('B', 'A')];
}
