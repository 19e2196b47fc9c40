import { Alert, Button, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getNotifications, tryMailAgain } from '../api/notifications';
import { QueryState } from '../states/query-state';
import { tellFailed } from '../states/told';
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
            {preferences.refused !== null && <Refused reason={preferences.refused} />}
            <NotificationsForm preferences={preferences} />
          </>
        )}
      </QueryState>
    </section>
  );
}

/** The mail server has refused the address for good: nothing comes until that is mended, and said to be. */
function Refused({ reason }: { readonly reason: string }) {
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: tryMailAgain,
    onSuccess: ({ data }) => {
      client.setQueryData(notificationsKey, data);
    },
    onError: tellFailed,
  });
  return (
    <Alert color="orange" variant="light" title={texts.refused}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{texts.refusedHint(reason)}</Text>
        <Button size="xs" variant="default" loading={again.isPending} onClick={() => again.mutate()}>
          {texts.tryAgain}
        </Button>
      </Stack>
    </Alert>
  );
}
