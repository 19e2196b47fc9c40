import { Anchor, Card, Group, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { Pipeline } from '../api/types';
import { strings } from '../strings';
import { ConflictFlow } from './conflict-flow';
import { Counts } from './counts';
import { HealthBadge } from './health-badge';
import { Lags } from './lag';
import { LoadProgress } from './load-progress';
import { PauseControl } from './pause-control';
import { PipelineNotices } from './pipeline-notices';
import { restoredSides } from './restored-sides';

export function PipelineCard({ pipeline }: { readonly pipeline: Pipeline }) {
  return (
    <Card
      component="section"
      withBorder
      radius="lg"
      padding="lg"
      className="pipeline-card"
      aria-label={pipeline.name}
    >
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Title order={2}>
            <Anchor
              component={Link}
              to={`/pipelines/${encodeURIComponent(pipeline.name)}`}
              inherit
              className="card-link"
            >
              {pipeline.name}
            </Anchor>
          </Title>
          <Text size="sm" c="dimmed">
            {strings.pipeline.state[pipeline.state]} · {strings.pipeline.revision(pipeline.revision)}
          </Text>
        </div>
        <HealthBadge pipeline={pipeline} />
      </Group>
      <Text className="sentence">{pipeline.sentence}</Text>
      <PipelineNotices pipeline={pipeline} />
      {restoredSides(pipeline).length > 0 && (
        <Anchor component={Link} to={`/pipelines/${encodeURIComponent(pipeline.name)}`}>
          {strings.guards.restored.answer}
        </Anchor>
      )}
      {pipeline.counts.guards > 0 && (
        <Anchor component={Link} to={`/pipelines/${encodeURIComponent(pipeline.name)}`}>
          {strings.guards.look(pipeline.counts.guards)}
        </Anchor>
      )}
      {pipeline.load !== null && <LoadProgress load={pipeline.load} />}
      <Lags pipeline={pipeline} />
      <Counts pipeline={pipeline} />
      <ConflictFlow pipeline={pipeline.name} />
      <div className="card-actions">
        <PauseControl pipeline={pipeline} />
      </div>
    </Card>
  );
}
