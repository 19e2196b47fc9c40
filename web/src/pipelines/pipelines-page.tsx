import { Stack, Title } from '@mantine/core';
import { usePipelines } from '../api/queries';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { NoPipelines } from './no-pipelines';
import { PipelineCard } from './pipeline-card';

export function PipelinesPage() {
  const query = usePipelines();
  return (
    <div className="page">
      <Stack gap="lg">
        <Title order={1}>{strings.pipeline.title}</Title>
        <QueryState query={query}>
          {(pipelines) =>
            pipelines.length === 0 ? (
              <NoPipelines />
            ) : (
              <div className="pipeline-cards">
                {pipelines.map((pipeline) => (
                  <PipelineCard key={pipeline.name} pipeline={pipeline} />
                ))}
              </div>
            )
          }
        </QueryState>
      </Stack>
    </div>
  );
}
