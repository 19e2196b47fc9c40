import { Anchor, Button, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { Door } from '../access/door';
import { lookAtUnsubscription, unsubscribe } from '../api/notifications';
import { LateSkeleton, wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { notificationStrings } from '../strings-notifications';
import { keptToken } from './kept-token';

const texts = notificationStrings.unsubscribe;

/** Ends a kind of mail for whoever has one of them at hand; nobody needs to sign in for that. */
export function UnsubscribePage() {
  const [token] = useState(keptToken);
  const query = useQuery({
    queryKey: ['unsubscribe', token],
    queryFn: async () => (await lookAtUnsubscription(token)).data,
    retry: false,
    staleTime: Infinity,
  });
  const ending = useMutation({ mutationFn: () => unsubscribe(token) });
  useEffect(() => {
    document.title = strings.product;
  }, []);
  const fault = query.error ?? ending.error;
  return (
    <Door>
      {fault !== null ? (
        <Stack gap="md">
          <Title order={1}>{texts.useless}</Title>
          <Text role="alert">{wordsOf(fault)}</Text>
          <ToAccord />
        </Stack>
      ) : ending.isSuccess ? (
        <Stack gap="md" role="status">
          <Title order={1}>{texts.done}</Title>
          <Text>{texts.again}</Text>
          <ToAccord />
        </Stack>
      ) : query.data === undefined ? (
        <LateSkeleton lines={3} />
      ) : (
        <Stack gap="md">
          <Title order={1}>{texts.title(nameOf(query.data.kind))}</Title>
          <Text c="dimmed" size="sm">
            {texts.hint}
          </Text>
          <Button onClick={() => ending.mutate()} loading={ending.isPending}>
            {texts.end}
          </Button>
          <ToAccord />
        </Stack>
      )}
    </Door>
  );
}

function ToAccord() {
  return (
    <Anchor component={Link} to="/settings/notifications">
      {texts.toAccord}
    </Anchor>
  );
}

function nameOf(kind: string): string {
  return texts.kinds[kind] ?? (notificationStrings.events[kind]?.name ?? kind).toLowerCase();
}
