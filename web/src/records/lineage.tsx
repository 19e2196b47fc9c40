import { Anchor, Button, Group, Select, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useLineage } from '../api/queries';
import type { LineageEntry, RecordDetail } from '../api/types';
import { AuthorName, ClockText } from '../conflicts/candidate-row';
import { Ago, exact } from '../format/time';
import { SideBadge } from '../shell/side-badge';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { ValueView } from '../value/value-view';
import { groupByCause, type LineageGroup } from './lineage-groups';

/** Everything that ever happened to the record, newest first; one remote edit with several fields is one entry. */
export function Lineage({ record }: { readonly record: RecordDetail }) {
  const [field, setField] = useState('');
  const query = useLineage(record.id, field);
  const groups = groupByCause(query.data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{strings.record.lineage}</Title>
        <Select
          size="xs"
          clearable
          aria-label={strings.record.lineageField}
          placeholder={`${strings.record.lineageField}: ${strings.conflicts.all}`}
          value={field === '' ? null : field}
          data={record.fields.map((entry) => entry.field)}
          clearButtonProps={{ 'aria-label': strings.conflicts.clearFilter }}
          onChange={(value) => setField(value ?? '')}
        />
      </Group>
      <QueryState query={query} lines={4}>
        {() =>
          groups.length === 0 ? (
            <Text c="dimmed">{strings.record.lineageNone}</Text>
          ) : (
            <>
              <ol className="timeline">
                {groups.map((group) => (
                  <LineageItem key={group.id} group={group} record={record} />
                ))}
              </ol>
              {query.hasNextPage && (
                <Button
                  variant="default"
                  size="xs"
                  onClick={() => void query.fetchNextPage()}
                  loading={query.isFetchingNextPage}
                >
                  {strings.record.earlier}
                </Button>
              )}
            </>
          )
        }
      </QueryState>
    </section>
  );
}

function LineageItem({ group, record }: { readonly group: LineageGroup; readonly record: RecordDetail }) {
  const { head, entries } = group;
  const where = head.side === null ? strings.record.hub : record.systems[head.side];
  return (
    <li className={`timeline-item timeline-${head.kind}`}>
      <div className="timeline-head">
        {head.side === null ? (
          <span className="side-badge side-hub" aria-hidden>
            H
          </span>
        ) : (
          <SideBadge side={head.side} />
        )}
        <Text size="sm" component="span">
          <strong>{where}</strong> {strings.record.kinds[head.kind] ?? head.kind}
          {entries.length > 1 && ` ${strings.record.together(entries.length)}`}
          {head.actor !== null && (
            <>
              {' · '}
              <AuthorName by={head.actor} />
            </>
          )}
        </Text>
        <Text size="sm" c="dimmed" component="span" className="timeline-when">
          <Ago at={head.recordedAt} />
          {head.occurredAt !== null &&
            Math.abs(Date.parse(head.occurredAt) - Date.parse(head.recordedAt)) > 60_000 && (
              <span title={exact(head.occurredAt)}>
                {' '}
                ({strings.record.happened} <Ago at={head.occurredAt} />)
              </span>
            )}
        </Text>
      </div>
      <dl className="timeline-fields">
        {entries.map((entry) => (
          <LineageField key={`${entry.id} ${entry.field}`} entry={entry} />
        ))}
      </dl>
      {head.cause.conflict !== null && head.cause.conflict !== undefined && (
        <Anchor component={Link} to={`/conflicts/${head.cause.conflict}`} size="xs">
          {strings.record.kinds.conflict}
        </Anchor>
      )}
    </li>
  );
}

function LineageField({ entry }: { readonly entry: LineageEntry }) {
  return (
    <div className="timeline-field">
      <dt>{entry.field}</dt>
      <dd>
        <ValueView value={entry.after} against={entry.before} />
        <Text size="xs" c="dimmed" component="div">
          {entry.why} <ClockText clock={entry.clock} />
        </Text>
      </dd>
    </div>
  );
}
