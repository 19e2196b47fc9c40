import { Button, Code, Menu, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDownload, IconFilterOff, IconHistory, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useMay } from '../access/session';
import { useAudit, type AuditFilter } from '../api/audit';
import { saveFile } from '../format/save-file';
import { Empty } from '../states/empty';
import { QueryState } from '../states/query-state';
import { tell, tellDone, tellFailed } from '../states/told';
import { strings } from '../strings';
import { activityStrings as words } from '../strings-activity';
import { exportAudit } from './audit-export';
import { AuditRow } from './audit-row';
import { ChainState } from './chain-state';

/** The audit log: who did what, with what was before and after, filtered, and taken along. */
export function ActivityPage() {
  const mayRead = useMay('audit:read');
  return (
    <div className="page">
      <Stack gap="md">
        <Title order={1}>{words.title}</Title>
        {mayRead ? <Activity /> : <Text c="dimmed">{strings.access.nobodyElse}</Text>}
      </Stack>
    </div>
  );
}

function Activity() {
  const [search, setSearch] = useSearchParams();
  const filter: AuditFilter = {
    actor: search.get('actor') ?? '',
    action: search.get('action') ?? '',
    object: search.get('object') ?? '',
  };
  const query = useAudit(filter);
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.values(filter).some((value) => value !== '');
  const change = (next: Partial<AuditFilter>, actorName?: string) =>
    setSearch(
      (before) => {
        const params = new URLSearchParams(before);
        for (const [name, value] of Object.entries(next)) {
          if (value === '') params.delete(name);
          else params.set(name, value);
        }
        if (actorName !== undefined) params.set('name', actorName);
        if (!params.has('actor')) params.delete('name');
        return params;
      },
      { replace: true },
    );
  return (
    <>
      <Text c="dimmed" size="sm">
        {words.lead} {words.verify} <Code>{words.verifyCommand}</Code>.
      </Text>
      <ChainState />
      <Filters
        key={filter.object}
        filter={filter}
        actorName={search.get('name') ?? filter.actor}
        onChange={change}
      />
      <QueryState query={query} lines={6}>
        {() =>
          events.length === 0 ? (
            <Empty
              icon={
                filtered ? <IconFilterOff size={28} stroke={1.5} /> : <IconHistory size={28} stroke={1.5} />
              }
              title={filtered ? words.noneFor : words.none}
            >
              {filtered && (
                <Button variant="default" size="xs" onClick={() => setSearch({}, { replace: true })}>
                  {words.clear}
                </Button>
              )}
            </Empty>
          ) : (
            <>
              <ol className="audit-list">
                {events.map((event) => (
                  <AuditRow key={event.seq} event={event} onFilter={change} />
                ))}
              </ol>
              {query.hasNextPage && (
                <div>
                  <Button
                    variant="default"
                    size="xs"
                    onClick={() => void query.fetchNextPage()}
                    loading={query.isFetchingNextPage}
                  >
                    {words.more}
                  </Button>
                </div>
              )}
            </>
          )
        }
      </QueryState>
    </>
  );
}

interface FiltersProps {
  readonly filter: AuditFilter;
  readonly actorName: string;
  readonly onChange: (change: Partial<AuditFilter>) => void;
}

function Filters({ filter, actorName, onChange }: FiltersProps) {
  const [object, setObject] = useState(filter.object);
  const askSoon = useDebouncedCallback((text: string) => onChange({ object: text.trim() }), 400);
  const actions = Object.entries(words.actions).map(([value, label]) => ({ value, label }));
  return (
    <div className="audit-filters">
      <Select
        clearable
        searchable
        aria-label={words.action}
        placeholder={`${words.action}: ${words.anyAction}`}
        value={filter.action === '' ? null : filter.action}
        data={actions}
        clearButtonProps={{ 'aria-label': words.clear }}
        onChange={(action) => onChange({ action: action ?? '' })}
      />
      <TextInput
        aria-label={words.object}
        placeholder={`${words.object}: ${words.anyObject}`}
        value={object}
        maxLength={200}
        onChange={(event) => {
          setObject(event.currentTarget.value);
          askSoon(event.currentTarget.value);
        }}
      />
      <ExportMenu filter={filter} />
      {filter.actor !== '' && (
        <Button
          size="compact-sm"
          variant="light"
          className="audit-actor"
          rightSection={<IconX size={14} aria-hidden />}
          onClick={() => onChange({ actor: '' })}
        >
          {words.onlyBy(actorName)}
        </Button>
      )}
    </div>
  );
}

function ExportMenu({ filter }: { readonly filter: AuditFilter }) {
  const [taken, setTaken] = useState<number | null>(null);
  const take = (form: 'csv' | 'jsonl') => {
    setTaken(0);
    exportAudit(filter, form, setTaken)
      .then(({ text, rows, more }) => {
        saveFile(`accord-activity.${form}`, form === 'csv' ? 'text/csv' : 'application/x-ndjson', text);
        if (more) tell(words.exportedSome(rows));
        else tellDone(words.exported(rows));
      }, tellFailed)
      .finally(() => setTaken(null));
  };
  return (
    <Menu position="bottom-end" shadow="md" transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          disabled={taken !== null}
        >
          {taken === null ? words.export : words.exporting(taken)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => take('csv')}>{words.exportCsv}</Menu.Item>
        <Menu.Item onClick={() => take('jsonl')}>{words.exportJsonl}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
