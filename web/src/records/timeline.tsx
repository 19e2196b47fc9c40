import { Anchor, Button, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useLineage } from '../api/queries';
import type { LineageEntry } from '../api/lineage-types';
import { AuthorName, ClockText } from '../conflicts/candidate-row';
import { Ago, exact } from '../format/time';
import { SideBadge } from '../shell/side-badge';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { TargetNames } from '../value/target-names';
import { ValueView } from '../value/value-view';
import { groupByCause, type LineageGroup } from './lineage-groups';

export interface TimelineProps {
  readonly record: string;
  readonly systems: { readonly A: string; readonly B: string };
  /** Only what happened to this one; all of them when empty. */
  readonly field: string;
}

/** What happened, newest first; one remote edit with several fields is one entry. */
export function Timeline({ record, systems, field }: TimelineProps) {
  const query = useLineage(record, field);
  const pages = query.data?.pages ?? [];
  const groups = groupByCause(pages.flatMap((page) => page.items));
  const targets = pages.flatMap((page) => page.targets);
  return (
    <QueryState query={query} lines={4}>
      {() =>
        groups.length === 0 ? (
          <Text c="dimmed">{strings.record.lineageNone}</Text>
        ) : (
          <>
            <TargetNames targets={targets}>
              <ol className="timeline">
                {groups.map((group) => (
                  <TimelineItem key={group.id} group={group} systems={systems} named={field === ''} />
                ))}
              </ol>
            </TargetNames>
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
  );
}

interface TimelineItemProps {
  readonly group: LineageGroup;
  readonly systems: TimelineProps['systems'];
  /** The fields are named. */
  readonly named: boolean;
}

function TimelineItem({ group, systems, named }: TimelineItemProps) {
  const { head, entries } = group;
  const where = head.side === null ? strings.record.hub : systems[head.side];
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
          <LineageField key={`${entry.id} ${entry.field}`} entry={entry} named={named} />
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

function LineageField({ entry, named }: { readonly entry: LineageEntry; readonly named: boolean }) {
  return (
    <div className={named ? 'timeline-field' : 'timeline-field timeline-field-alone'}>
      <dt className={named ? undefined : 'timeline-hidden'}>{entry.field}</dt>
      <dd>
        {(entry.before !== null || entry.after !== null) && (
          <ValueView value={entry.after} against={entry.before} />
        )}
        <Text size="xs" c="dimmed" component="div">
          {entry.why} <ClockText clock={entry.clock} />
        </Text>
      </dd>
    </div>
  );
}
