import { Text, Title } from '@mantine/core';
import { memo } from 'react';
import type { Conflict, Json } from '../api/types';
import type { Activity } from '../api/work-types';
import { Ago } from '../format/time';
import { strings } from '../strings';
import { queueStrings as words } from '../strings-queue';

export interface ActivityListProps {
  readonly activity: readonly Activity[];
  readonly systems: Conflict['systems'];
}

/** What people said of the item and did to it, newest first. */
export const ActivityList = memo(function ActivityList({ activity, systems }: ActivityListProps) {
  if (activity.length === 0) return null;
  return (
    <section>
      <Title order={2} size="sm" mb={4}>
        {words.activity}
      </Title>
      <ul className="plain-list">
        {activity.map(({ id, by, kind, about, at, text, detail }) => (
          <li key={id}>
            <Text size="sm" c="dimmed" component="span">
              {by.name} {words.kinds[kind] ?? kind} {about?.name}
              {kind === 'opinion' && opinionIn(detail, systems)}
              {kind === 'woken' && passedIn(detail)} · <Ago at={at} />
            </Text>
            {text !== null && (
              <Text size="sm" className="said">
                {text}
              </Text>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
});

/** What somebody would choose. */
function opinionIn(detail: Json, systems: Conflict['systems']): string {
  const take = typeof detail === 'object' && detail !== null && 'take' in detail ? detail.take : null;
  if (typeof take !== 'string') return '';
  const names: Readonly<Record<string, string>> = {
    ...strings.card.takeNames,
    ...words.takes,
    a: systems.A,
    b: systems.B,
  };
  return `: ${names[take] ?? take}`;
}

/** What of its deadline passed while it was put off. */
function passedIn(detail: Json): string {
  const passed = typeof detail === 'object' && detail !== null && 'passed' in detail ? detail.passed : null;
  return typeof passed === 'string' ? `: ${words.passed[passed] ?? ''}` : '';
}
