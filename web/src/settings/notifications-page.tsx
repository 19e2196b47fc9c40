import { Alert, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getNotifications } from '../api/notifications';
import { QueryState } from '../states/query-state';
import { notificationStrings as texts } from '../strings-notifications';
import { NotificationsForm } from './notifications-form';
import { notificationsKey } from './notifications-key';

export function NotificationsPage() {
  const query = useQuery({
    queryKey: notificationsKey,
    queryFn: async ({ signal }) => (await getNotifications(signal)).data,
  });
  return (
    <section className="panel">
      <Title order={2}>{texts.title}</Title>
      <QueryState query={query} lines={5}>
        {(preferences) => (
          <>
            <Text size="sm" c="dimmed">
              {texts.lead(preferences.address)}
            </Text>
            {!preferences.sends && (
              <Alert color="yellow" variant="light">
                {texts.noMail}
              </Alert>
            )}
            <NotificationsForm preferences={preferences} />
          </>
        )}
      </QueryState>
    </section>
  );
}
