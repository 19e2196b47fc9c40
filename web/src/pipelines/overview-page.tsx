import { Button, Stack, Text, Title } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Link } from 'react-router';
import { usePipelines } from '../api/queries';
import type { Pipeline } from '../api/types';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { NoPipelines } from './no-pipelines';
import { PipelineCard } from './pipeline-card';

export function OverviewPage() {
  const query = usePipelines();
  return (
    <div className="page">
      <QueryState query={query} lines={4} title={strings.overview.title}>
        {(pipelines) =>
          pipelines.length === 0 ? <NoPipelines order={1} /> : <Overview pipelines={pipelines} />
        }
      </QueryState>
    </div>
  );
}

function Overview({ pipelines }: { readonly pipelines: readonly Pipeline[] }) {
  const waiting = pipelines.reduce((sum, pipeline) => sum + pipeline.counts.conflicts, 0);
  return (
    <Stack gap="xl">
      <header className="verdict">
        <div>
          <Title order={1}>{verdict(pipelines, waiting)}</Title>
          <Text c="dimmed" mt={4}>
            {restOf(pipelines, waiting)}
          </Text>
        </div>
        {waiting > 0 && (
          <Button component={Link} to="/conflicts" rightSection={<IconArrowRight size={17} />}>
            {strings.overview.decide}
          </Button>
        )}
      </header>
      <div className="pipeline-cards">
        {pipelines.map((pipeline) => (
          <PipelineCard key={pipeline.name} pipeline={pipeline} />
        ))}
      </div>
    </Stack>
  );
}

/** The worst first: what is down, what needs a person, what is still working; only then "in agreement". */
function verdict(pipelines: readonly Pipeline[], waiting: number): string {
  const named = (health: Pipeline['health']) =>
    pipelines
      .filter((pipeline) => pipeline.health === health)
      .map((pipeline) => pipeline.name)
      .join(', ');
  const [down, attention, working] = [named('down'), named('attention'), named('catching-up')];
  if (down !== '') return strings.overview.down(down);
  if (attention !== '') return strings.overview.attention(attention);
  if (working !== '') return strings.overview.working(working);
  return waiting === 0 ? strings.overview.allGood(pipelines.length) : strings.overview.waiting(waiting);
}

function restOf(pipelines: readonly Pipeline[], waiting: number): string {
  const allRun = pipelines.every((pipeline) => pipeline.health === 'ok');
  return allRun && waiting > 0 ? strings.overview.elseInSync : strings.overview.waiting(waiting);
}
