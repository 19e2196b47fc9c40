import { Badge, Button, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDatabaseOff, IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'react-router';
import { usePipelines, useRecords } from '../api/queries';
import type { RecordSummary } from '../api/types';
import { SideBadge } from '../shell/side-badge';
import { Empty } from '../states/empty';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { recordColor } from './state-colors';

export function RecordsPage() {
  const [search, setSearch] = useSearchParams();
  const filter = {
    q: search.get('q') ?? '',
    pipeline: search.get('pipeline') ?? '',
    state: search.get('state') ?? '',
  };
  const query = useRecords(filter);
  const { data: pipelines = [] } = usePipelines();
  const [typed, setTyped] = useState(filter.q);
  const input = useRef<HTMLInputElement>(null);
  const location = useLocation();
  const wantsFocus = (location.state as { readonly focus?: string } | null)?.focus === 'search';

  useEffect(() => {
    if (wantsFocus) input.current?.focus();
  }, [wantsFocus, location.key]);

  const set = (name: string, value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const searchSoon = useDebouncedCallback((q: string) => set('q', q), 250);
  const records = query.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <div className="page">
      <Stack gap="md">
        <Title order={1}>{strings.records.title}</Title>
        <div className="record-filters">
          <TextInput
            ref={input}
            aria-label={strings.records.search}
            placeholder={strings.records.search}
            leftSection={<IconSearch size={17} aria-hidden />}
            value={typed}
            maxLength={200}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              searchSoon(event.currentTarget.value.trim());
            }}
          />
          <Select
            clearable
            aria-label={strings.conflicts.filterPipeline}
            placeholder={`${strings.conflicts.filterPipeline}: ${strings.conflicts.all}`}
            value={filter.pipeline === '' ? null : filter.pipeline}
            data={pipelines.map((pipeline) => pipeline.name)}
            clearButtonProps={{ 'aria-label': strings.conflicts.clearFilter }}
            onChange={(pipeline) => set('pipeline', pipeline ?? '')}
          />
        </div>
        <QueryState query={query} lines={6}>
          {() =>
            records.length === 0 ? (
              <Empty
                icon={<IconDatabaseOff size={28} stroke={1.5} />}
                title={
                  query.hasNextPage
                    ? strings.records.notYet
                    : filter.q === ''
                      ? strings.records.noneYet
                      : strings.records.none
                }
              >
                {query.hasNextPage && (
                  <Button
                    variant="default"
                    size="xs"
                    onClick={() => void query.fetchNextPage()}
                    loading={query.isFetchingNextPage}
                  >
                    {strings.records.further}
                  </Button>
                )}
              </Empty>
            ) : (
              <>
                <ul className="record-list">
                  {records.map((record) => (
                    <RecordRow key={record.id} record={record} />
                  ))}
                </ul>
                {query.hasNextPage && (
                  <Button
                    variant="default"
                    onClick={() => void query.fetchNextPage()}
                    loading={query.isFetchingNextPage}
                  >
                    {strings.conflicts.more}
                  </Button>
                )}
              </>
            )
          }
        </QueryState>
      </Stack>
    </div>
  );
}

function RecordRow({ record }: { readonly record: RecordSummary }) {
  return (
    <li>
      <Link to={`/records/${record.id}`} className="record-row">
        <span className="record-title">{record.title}</span>
        <span className="record-ids">
          {(['A', 'B'] as const).map((side) =>
            record.ids[side] === null ? null : (
              <span key={side} className="record-id">
                <SideBadge side={side} />
                <span className="mono">{record.ids[side]}</span>
              </span>
            ),
          )}
        </span>
        <Text size="sm" c="dimmed" component="span" className="record-pipeline">
          {record.pipeline}
          {record.state !== 'in-sync' && (
            <Badge ml={8} color={recordColor(record.state)}>
              {strings.records.states[record.state] ?? record.state}
            </Badge>
          )}
        </Text>
      </Link>
    </li>
  );
}
