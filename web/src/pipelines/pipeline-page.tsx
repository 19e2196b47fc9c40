import { Anchor, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { usePipeline } from '../api/queries';
import { useLiveEvent } from '../api/live';
import type { Pipeline, Side } from '../api/types';
import { Ago } from '../format/time';
import { SideBadge } from '../shell/side-badge';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { Counts } from './counts';
import { DeadLetters } from './dead-letters';
import { GuardTrips } from './guard-trips';
import { HealthBadge } from './health-badge';
import { Lags } from './lag';
import { LagHistory } from './lag-history';
import { LoadProgress } from './load-progress';
import { LoadRate } from './load-rate';
import { LoadReport } from './load-report';
import { PauseControl } from './pause-control';
import { PipelineNotices } from './pipeline-notices';
import { RestoredChoice } from './restored-choice';
import { sideLabel } from './side-label';
import { Verification } from './verification';

const allCounts = [
  'linked',
  'inSync',
  'conflicts',
  'held',
  'blocked',
  'unmatched',
  'changesTotal',
  'writesTotal',
] as const;

export function PipelinePage() {
  const { name = '' } = useParams();
  const query = usePipeline(name);
  useLiveEvent((event) => {
    if (event.name === 'pipeline' && (event.subject === name || event.subject === null)) void query.refetch();
  });
  return (
    <div className="page">
      <QueryState query={query} title={name}>
        {(pipeline) => <PipelineDetail pipeline={pipeline} />}
      </QueryState>
    </div>
  );
}

function PipelineDetail({ pipeline }: { readonly pipeline: Pipeline }) {
  return (
    <Stack gap="xl">
      <Stack gap="md">
        <header className="verdict">
          <div>
            <Text size="sm" c="dimmed">
              <Anchor component={Link} to="/pipelines" size="sm">
                {strings.pipeline.title}
              </Anchor>{' '}
              · {strings.pipeline.state[pipeline.state]} · {strings.pipeline.revision(pipeline.revision)}
            </Text>
            <Group gap="sm" mt={2}>
              <Title order={1}>{pipeline.name}</Title>
              <HealthBadge pipeline={pipeline} />
            </Group>
          </div>
          <PauseControl pipeline={pipeline} />
        </header>
        <Text className="sentence">{pipeline.sentence}</Text>
        <PipelineNotices pipeline={pipeline} />
        <RestoredChoice pipeline={pipeline} />
        <GuardTrips pipeline={pipeline} />
        {pipeline.load !== null && <LoadProgress load={pipeline.load} />}
        {pipeline.load !== null && <LoadRate pipeline={pipeline} load={pipeline.load} />}
      </Stack>
      <LoadReport pipeline={pipeline} />
      <Counts pipeline={pipeline} names={allCounts} />
      <section className="panel">
        <Title order={2}>{strings.pipeline.sidesTitle}</Title>
        <Lags pipeline={pipeline} />
        <LagHistory pipeline={pipeline} />
        <div className="sides">
          <SideFacts pipeline={pipeline} side="A" />
          <SideFacts pipeline={pipeline} side="B" />
        </div>
      </section>
      <DeadLetters pipeline={pipeline} />
      <Verification pipeline={pipeline} />
      <Policies pipeline={pipeline} />
    </Stack>
  );
}

function SideFacts({ pipeline, side }: { readonly pipeline: Pipeline; readonly side: Side }) {
  const facts = pipeline.sides[side];
  return (
    <div className="side-facts">
      <Text fw={600} className="with-icon">
        <SideBadge side={side} /> {sideLabel(pipeline, side)}
      </Text>
      {facts === null ? (
        <Text size="sm" c="dimmed">
          {strings.pipeline.neverStarted}
        </Text>
      ) : (
        <>
          <Text size="sm" c="dimmed">
            {facts.connector} · {facts.object}
          </Text>
          <Text size="sm">
            {strings.pipeline.read} <Ago at={facts.lastReadAt} /> · {strings.pipeline.wrote}{' '}
            <Ago at={facts.lastWriteAt} />
          </Text>
        </>
      )}
    </div>
  );
}

function Policies({ pipeline }: { readonly pipeline: Pipeline }) {
  const policies = Object.entries(pipeline.policies);
  if (policies.length === 0) return null;
  return (
    <section className="panel">
      <Title order={2}>{strings.pipeline.policies}</Title>
      <Table className="policies" verticalSpacing={8} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="34%">{strings.pipeline.unit}</Table.Th>
            <Table.Th>{strings.pipeline.policy}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {policies.map(([unit, policy]) => (
            <Table.Tr key={unit}>
              <Table.Td className="mono">{unit}</Table.Td>
              <Table.Td>{policy}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
