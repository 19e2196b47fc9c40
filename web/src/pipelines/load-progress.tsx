import { Progress, Text } from '@mantine/core';
import type { LoadProgress as Load } from '../api/types';
import { duration } from '../format/duration';
import { strings } from '../strings';

export function LoadProgress({ load }: { readonly load: Load }) {
  const percent = load.total === 0 ? 0 : Math.min(100, (load.done / load.total) * 100);
  const facts = [
    strings.load.progress(load.done, load.total),
    load.ratePerSecond !== null && load.ratePerSecond > 0 ? strings.load.rate(load.ratePerSecond) : null,
    ...(['A', 'B'] as const).map((side) => load.rate[side] && strings.load.atMost(load.rate[side], side)),
    load.secondsLeft !== null ? strings.load.left(duration(load.secondsLeft)) : null,
  ].filter((fact) => fact !== null);
  return (
    <div className="load">
      <div className="load-head">
        <Text size="sm" fw={600}>
          {strings.load.title}
          {strings.load.phases[load.phase] !== undefined && ` · ${strings.load.phases[load.phase] ?? ''}`}
        </Text>
        <Text size="sm">{Math.floor(percent)} %</Text>
      </div>
      <Progress value={percent} size="md" radius="xl" aria-label={strings.load.title} />
      <Text size="sm" c="dimmed">
        {facts.join(' · ')}
      </Text>
    </div>
  );
}
