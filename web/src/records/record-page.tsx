import { Anchor, Badge, Group, Stack, Text, Title } from '@mantine/core';
import { Link, useParams, useSearchParams } from 'react-router';
import { useRecord } from '../api/queries';
import type { RecordDetail } from '../api/types';
import { exact } from '../format/time';
import { SideBadge } from '../shell/side-badge';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { AsOf } from './as-of';
import { FieldTable } from './field-table';
import { Lineage } from './lineage';
import { RestoreRecord } from './restore-record';
import { TargetNames } from '../value/target-names';
import { RevealRecord } from './reveal-record';
import { recordColor } from './state-colors';
import { useRecordEvents } from './use-record-events';
import { WhyPanel } from './why-panel';

export function RecordPage() {
  const { id = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const asOf = search.get('asOf');
  const query = useRecord(id, asOf);
  useRecordEvents(id, query.data?.conflicts ?? []);
  const setAsOf = (at: string | null) => setSearch(at === null ? {} : { asOf: at }, { replace: true });

  return (
    <div className="page page-wide">
      <QueryState query={query} lines={6} title={id}>
        {(record) => (
          <Stack gap="xl">
            <RecordHeader record={record} />
            {record.personal && <RevealRecord record={record} />}
            {asOf === null && <WhyPanel record={record} />}
            <section>
              <Group justify="space-between" align="flex-end" mb="sm" gap="sm">
                <Title order={2}>{strings.record.fields}</Title>
                <AsOf record={id} asOf={asOf} onChange={setAsOf} />
              </Group>
              {asOf !== null && (
                <Text size="sm" c="dimmed" mb="sm">
                  {strings.record.asOfHint(exact(asOf))}
                </Text>
              )}
              <TargetNames targets={record.targets}>
                <FieldTable record={record} />
              </TargetNames>
            </section>
            <Lineage record={record} />
          </Stack>
        )}
      </QueryState>
    </div>
  );
}

function RecordHeader({ record }: { readonly record: RecordDetail }) {
  return (
    <header>
      <Text size="sm" c="dimmed">
        <Anchor component={Link} to="/records" size="sm">
          {strings.records.title}
        </Anchor>{' '}
        ·{' '}
        <Anchor component={Link} to={`/pipelines/${encodeURIComponent(record.pipeline)}`} size="sm">
          {record.pipeline}
        </Anchor>
      </Text>
      <Group gap="sm" mt={2}>
        <Title order={1}>{record.title}</Title>
        <Badge color={recordColor(record.state)}>
          {strings.records.states[record.state] ?? record.state}
        </Badge>
      </Group>
      {record.excluded !== null && (
        <Text size="sm" mt={4}>
          {strings.record.excluded(record.excluded)}
        </Text>
      )}
      <RestoreRecord record={record} />
      <div className="record-ids record-ids-head">
        {(['A', 'B'] as const).map((side) => (
          <span key={side} className="record-id">
            <SideBadge side={side} />
            {record.systems[side]} <span className="mono">{record.ids[side] ?? '–'}</span>
          </span>
        ))}
      </div>
    </header>
  );
}
