import { Button, Code, Group, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useMay } from '../access/session';
import { retryDeadLetters } from '../api/endpoints';
import { keys, useDeadLetters } from '../api/queries';
import type { DeadLetterGroup, Pipeline } from '../api/types';
import { Ago } from '../format/time';
import { QueryState, wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { sideLabel } from './side-label';

const SHOWN = 5;

/** Values that a side refused, grouped by cause, each group with a retry. */
export function DeadLetters({ pipeline }: { readonly pipeline: Pipeline }) {
  const query = useDeadLetters(pipeline.name);
  return (
    <section className="panel" id="blocked">
      <Title order={2}>{strings.deadLetters.title}</Title>
      <QueryState query={query} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed" className="with-icon">
              <IconCircleCheck size={18} aria-hidden /> {strings.deadLetters.none}
            </Text>
          ) : (
            <>
              <Text size="sm" c="dimmed">
                {strings.deadLetters.lead}
              </Text>
              <ul className="letters">
                {items.map((group) => (
                  <Letters
                    key={`${group.code} ${group.unit} ${group.side}`}
                    group={group}
                    pipeline={pipeline}
                  />
                ))}
              </ul>
            </>
          )
        }
      </QueryState>
    </section>
  );
}

function Letters({ group, pipeline }: { readonly group: DeadLetterGroup; readonly pipeline: Pipeline }) {
  const client = useQueryClient();
  const mayRetry = useMay('ops:run', pipeline.name);
  const retrying = useMutation({
    mutationFn: () => retryDeadLetters(pipeline.name, { code: group.code, unit: group.unit }),
    onSuccess: () => {
      notifications.show({
        message: strings.deadLetters.retried,
        closeButtonProps: { 'aria-label': strings.undo.dismiss },
      });
      return client.invalidateQueries({ queryKey: keys.pipeline(pipeline.name) });
    },
    onError: (error) =>
      notifications.show({
        color: 'red',
        message: strings.pipeline.actionFailed(wordsOf(error)),
        closeButtonProps: { 'aria-label': strings.undo.dismiss },
      }),
  });
  return (
    <li className="letter">
      <div className="letter-words">
        <Text fw={600}>
          {strings.deadLetters.group(group.count, group.unit, sideLabel(pipeline, group.side))}
        </Text>
        <Text size="sm">{group.detail}</Text>
        <Text size="xs" c="dimmed">
          <Code>{group.code}</Code> {strings.deadLetters.since} <Ago at={group.firstAt} /> ·{' '}
          {strings.deadLetters.last} <Ago at={group.lastAt} />
        </Text>
        <Group gap={8}>
          {group.records.slice(0, SHOWN).map((record) => (
            <Link key={record} to={`/records/${record}`} className="letter-record">
              {record}
            </Link>
          ))}
          {group.count > Math.min(SHOWN, group.records.length) && (
            <Text size="xs" c="dimmed">
              {strings.deadLetters.more(group.count - Math.min(SHOWN, group.records.length))}
            </Text>
          )}
        </Group>
      </div>
      {mayRetry && (
        <Button size="xs" variant="default" loading={retrying.isPending} onClick={() => retrying.mutate()}>
          {strings.deadLetters.retry(group.count)}
        </Button>
      )}
    </li>
  );
}
