import { Alert, Anchor, Badge, Text, Title } from '@mantine/core';
import { Suspense, useEffect, useId, useRef } from 'react';
import { Link } from 'react-router';
import { NeedsRole } from '../access/needs-role';
import type { Conflict } from '../api/types';
import { Ago } from '../format/time';
import { GuardSample } from '../pipelines/guard-sample';
import { LateSkeleton } from '../states/query-state';
import { strings } from '../strings';
import { queueStrings as words } from '../strings-queue';
import { lazily } from '../states/lazily';
import { ActivityList } from './activity-list';
import { Covered } from './covered';
import { useReveal } from './use-reveal';
import { WorkBar } from './work-bar';

const StopAnswers = lazily(async () => (await import('./stop-answers')).StopAnswers);

export interface StoppedCardProps {
  readonly conflict: Conflict;
  readonly onAnswered: () => void;
}

/** A guard that tripped, or a pipeline that halted: what it stops, some of it, and the answers. */
export function StoppedCard({ conflict, onAnswered }: StoppedCardProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const name = useId();
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const { guard, halt, pipeline, state } = conflict;
  const covered = conflict.personal && conflict.covered;
  const reveal = useReveal();
  return (
    <article className="card" aria-labelledby={name}>
      <header className="card-header">
        <div className="card-title">
          <Title order={1} id={name} ref={heading} tabIndex={-1} className="card-heading">
            {conflict.title}
          </Title>
          <Text size="sm" c="dimmed">
            <Anchor component={Link} to={`/pipelines/${encodeURIComponent(pipeline)}`} size="sm">
              {pipeline}
            </Anchor>{' '}
            · <Ago at={conflict.openedAt} />
          </Text>
        </div>
        <Badge color="orange">{strings.conflicts.kinds[conflict.kind] ?? conflict.kind}</Badge>
      </header>
      {state === 'closed' && (
        <Alert color="gray" variant="light" py="xs" role="status">
          {strings.card.decided.closed(conflict.closeReason)}
        </Alert>
      )}
      <Text>{conflict.reason}</Text>
      {halt !== null && halt.detail !== conflict.reason && <Text>{halt.detail}</Text>}
      {guard !== null && guard.sample.length > 0 && (
        <section>
          <Title order={2} size="sm" mb={4}>
            {words.sample(guard.sample.length, guard.held)}
          </Title>
          {covered ? (
            <Covered pipeline={pipeline} onReveal={() => reveal([conflict.id])} />
          ) : (
            <GuardSample sample={guard.sample} />
          )}
        </section>
      )}
      {state !== 'closed' && (
        <NeedsRole permission="ops:run" pipeline={pipeline} what={strings.guards.answering}>
          <Suspense fallback={<LateSkeleton lines={2} />}>
            <StopAnswers conflict={conflict} onAnswered={onAnswered} />
          </Suspense>
        </NeedsRole>
      )}
      <WorkBar conflict={conflict} seen={conflict.etag} />
      <ActivityList activity={conflict.activity} systems={conflict.systems} />
    </article>
  );
}
