import { ActionIcon, Anchor, Button, Code, Text, Tooltip } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconRefresh } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useMay } from '../access/session';
import { retryDeadLetters, type LetterChoice } from '../api/endpoints';
import { keys } from '../api/queries';
import { coverAgain, listId } from '../api/revealed';
import type { DeadLetterGroup, Pipeline } from '../api/types';
import { Ago } from '../format/time';
import { sideLabel } from '../pipelines/side-label';
import { tellDone, tellFailed } from '../states/told';
import { deadLetterStrings as words } from '../strings-dead-letters';
import { unitName } from '../conflicts/unit-name';

/** What one side refused of one field for one cause, with a retry of one record and of all. */
export function LetterGroup({
  group,
  pipeline,
  named = false,
}: {
  readonly group: DeadLetterGroup;
  readonly pipeline: Pipeline;
  /** Says which pipeline it is of. */
  readonly named?: boolean;
}) {
  const client = useQueryClient();
  const mayRetry = useMay('ops:run', pipeline.name);
  const retrying = useMutation({
    mutationFn: (choice: LetterChoice) => retryDeadLetters(pipeline.name, choice),
    onSuccess: ({ data }) => {
      tellDone(words.retried(data.retried));
      // What becomes of them is looked at again and again, which is no look at personal data.
      coverAgain([listId(pipeline.name, 'dead-letters')]);
      return client.invalidateQueries({ queryKey: keys.pipelines });
    },
    onError: tellFailed,
  });
  const { code, unit, count, records } = group;
  return (
    <li className="letter">
      <div className="letter-words">
        <Text component="div">
          <strong>{words.what(count, unitName(unit))}</strong>,{' '}
          {words.refusedBy(sideLabel(pipeline, group.side))}
          {named && (
            <>
              {' · '}
              <Anchor component={Link} to={`/pipelines/${encodeURIComponent(pipeline.name)}`}>
                {pipeline.name}
              </Anchor>
            </>
          )}
        </Text>
        <Text size="sm" component="div">
          <Text span size="sm" c="dimmed">
            {words.said}:
          </Text>{' '}
          <q className="letter-said">{group.detail}</q>
        </Text>
        <Text size="xs" c="dimmed" component="div">
          <Code>{code}</Code> {words.first} <Ago at={group.firstAt} /> · {words.last}{' '}
          <Ago at={group.lastAt} />
        </Text>
        <ul className="letter-records" aria-label={words.records}>
          {records.map((record) => (
            <li key={record} className="letter-record">
              <Link to={`/records/${record}`}>{record}</Link>
              {mayRetry && count > 1 && (
                <Tooltip label={words.retryOneHint}>
                  <ActionIcon
                    size={24}
                    variant="subtle"
                    aria-label={words.retryOne(record)}
                    onClick={() => retrying.mutate({ code, unit, record })}
                  >
                    <IconRefresh size={15} />
                  </ActionIcon>
                </Tooltip>
              )}
            </li>
          ))}
          {count > records.length && (
            <Text size="xs" c="dimmed" component="li">
              {words.others(count - records.length)}
            </Text>
          )}
        </ul>
      </div>
      {mayRetry && (
        <Button
          size="xs"
          variant="default"
          loading={retrying.isPending}
          onClick={() => retrying.mutate({ code, unit })}
        >
          {words.retry(count)}
        </Button>
      )}
    </li>
  );
}
