import { Text, Title } from '@mantine/core';
import type { Activity } from '../api/types';
import { Ago } from '../format/time';
import { queueStrings as words } from '../strings-queue';

/** What people said of the item and did to it, newest first. */
export function ActivityList({ activity }: { readonly activity: readonly Activity[] }) {
  if (activity.length === 0) return null;
  return (
    <section>
      <Title order={2} size="sm" mb={4}>
        {words.activity}
      </Title>
      <ul className="plain-list">
        {activity.map(({ id, by, kind, about, at, text }) => (
          <li key={id}>
            <Text size="sm" c="dimmed" component="span">
              {by.name} {words.kinds[kind] ?? kind} {about?.name} · <Ago at={at} />
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
}
