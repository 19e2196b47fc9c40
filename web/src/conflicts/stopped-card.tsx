import { Anchor, Badge, Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import type { Conflict } from '../api/types';
import { Ago } from '../format/time';
import { strings } from '../strings';
import { queueStrings as words } from '../strings-queue';
import { ActivityList } from './activity-list';
import { WorkBar } from './work-bar';

/** A guard that tripped, or a pipeline that halted: worked on here like everything else, answered where its whole story stands. */
export function StoppedCard({ conflict }: { readonly conflict: Conflict }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <article className="card" aria-labelledby="conflict-heading">
      <header className="card-header">
        <div className="card-title">
          <Title order={1} id="conflict-heading" ref={heading} tabIndex={-1} className="card-heading">
            {conflict.title}
          </Title>
          <Text size="sm" c="dimmed">
            {conflict.pipeline} · <Ago at={conflict.openedAt} />
          </Text>
        </div>
        <Badge color="orange">{strings.conflicts.kinds[conflict.kind] ?? conflict.kind}</Badge>
      </header>
      <WorkBar conflict={conflict} />
      <Text>{conflict.reason}</Text>
      {conflict.halt !== null && <Text>{conflict.halt.detail}</Text>}
      <Text>
        {conflict.guard === null ? words.halt : words.guard}{' '}
        <Anchor component={Link} to={`/pipelines/${encodeURIComponent(conflict.pipeline)}`}>
          {words.answer}
        </Anchor>
      </Text>
      <ActivityList activity={conflict.activity} />
    </article>
  );
}
