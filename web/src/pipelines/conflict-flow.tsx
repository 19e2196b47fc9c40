import { Text } from '@mantine/core';
import { useState } from 'react';
import { useConflictFlow, type ConflictFlow as Flow, type FlowStep } from '../api/conflict-flow';
import { Ago, hourOrDay } from '../format/time';
import { flowStrings as words } from '../strings-flow';
import { FlowHead } from './flow-head';

const WIDTH = 240;
const HEIGHT = 56;
const MIDDLE = HEIGHT / 2;

/** Whether people keep up, at a glance: what came above the line, what was closed below it, and how old the rest is. */
export function ConflictFlow({ pipeline }: { readonly pipeline: string }) {
  const [by, setBy] = useState<FlowStep>('hour');
  const { data } = useConflictFlow(pipeline, by);
  // Beside everything else: without it the numbers still stand.
  if (data === undefined) return <div className="flow flow-waits" />;
  return (
    <section className="flow" aria-label={words.titleOf(pipeline)}>
      <FlowHead by={by} onBy={setBy}>
        <Summary flow={data} />
      </FlowHead>
      <Bars flow={data} />
      <Ages flow={data} />
    </section>
  );
}

function Summary({ flow }: { readonly flow: Flow }) {
  const { opened, closed } = sumOf(flow);
  return (
    <>
      {words.last[flow.by]} {opened + closed === 0 ? words.quiet : words.summary(opened, closed)}.
    </>
  );
}

function Bars({ flow }: { readonly flow: Flow }) {
  const most = Math.max(1, ...flow.stretches.map(({ opened, closed }) => Math.max(opened, closed)));
  const step = WIDTH / flow.stretches.length;
  const height = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (MIDDLE - 2)));
  const { opened, closed } = sumOf(flow);
  return (
    <svg
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      preserveAspectRatio="none"
      className="flow-bars"
      role="img"
      aria-label={`${words.last[flow.by]}: ${words.summary(opened, closed)}`}
    >
      {flow.stretches.map((one, i) => (
        <g key={one.at}>
          <title>{`${hourOrDay(one.at, flow.by)}: ${words.summary(one.opened, one.closed)}`}</title>
          <rect x={i * step} y={0} width={step} height={HEIGHT} className="flow-hit" />
          <rect
            x={i * step + step * 0.15}
            y={MIDDLE - height(one.opened)}
            width={step * 0.7}
            height={height(one.opened)}
            className="flow-opened"
          />
          <rect
            x={i * step + step * 0.15}
            y={MIDDLE}
            width={step * 0.7}
            height={height(one.closed)}
            className="flow-closed"
          />
        </g>
      ))}
      <line x1={0} x2={WIDTH} y1={MIDDLE} y2={MIDDLE} className="flow-line" />
    </svg>
  );
}

/** One band, as long as there are open conflicts, parted by age: the darker, the older. */
function Ages({ flow: { ages, oldestAt } }: { readonly flow: Flow }) {
  const open = ages.reduce((sum, { count }) => sum + count, 0);
  if (open === 0 || oldestAt === null)
    return (
      <Text size="xs" c="dimmed">
        {words.noneOpen}
      </Text>
    );
  const parts = ages.map(({ under, count }, i) => ({
    count,
    name: words.age(under, ages[i - 1]?.under ?? null),
    step: i,
  }));
  return (
    <div className="flow-ages">
      <ul className="flow-band" aria-label={words.ages}>
        {parts
          .filter(({ count }) => count > 0)
          .map(({ count, name, step }) => (
            <li
              key={step}
              className={`flow-age flow-age-${String(step)}`}
              style={{ flexGrow: count }}
              title={`${name}: ${words.count(count)}`}
            >
              <span className="flow-age-name">{name}</span> <strong>{count.toLocaleString('en')}</strong>
            </li>
          ))}
      </ul>
      <Text size="xs" c="dimmed">
        {words.ages}; {words.oldest} <Ago at={oldestAt} />.
      </Text>
    </div>
  );
}

function sumOf({ stretches }: Flow): { readonly opened: number; readonly closed: number } {
  return {
    opened: stretches.reduce((sum, one) => sum + one.opened, 0),
    closed: stretches.reduce((sum, one) => sum + one.closed, 0),
  };
}
