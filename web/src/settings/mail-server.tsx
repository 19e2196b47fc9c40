import { Alert, Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getMailServer, testMail, type MailServer, type MailTest } from '../api/connections';
import { QueryState } from '../states/query-state';
import { tellFailed } from '../states/told';
import { connectionStrings } from '../strings-connections';

const texts = connectionStrings.mail;

/** The mail server is set where Accord is started: here it is shown and tried out. */
export function MailServerPanel() {
  const query = useQuery({
    queryKey: ['mail-server'],
    queryFn: async ({ signal }) => (await getMailServer(signal)).data,
  });
  const testing = useMutation({ mutationFn: async () => (await testMail()).data, onError: tellFailed });
  return (
    <section className="panel">
      <Title order={2}>{texts.title}</Title>
      <Text size="sm" c="dimmed">
        {texts.lead}
      </Text>
      <QueryState query={query} lines={2}>
        {(server) =>
          server.configured ? (
            <Stack gap="sm" mt="md">
              <Group justify="space-between" align="flex-start">
                <ServerWords server={server} />
                <Button
                  size="xs"
                  variant="default"
                  loading={testing.isPending}
                  onClick={() => testing.mutate()}
                >
                  {texts.test}
                </Button>
              </Group>
              {testing.data !== undefined && <Outcome test={testing.data} />}
            </Stack>
          ) : (
            <Text mt="md">{texts.none}</Text>
          )
        }
      </QueryState>
    </section>
  );
}

function ServerWords({ server: { host, port, account, secure, from } }: { readonly server: MailServer }) {
  return (
    <Stack gap={4} className="entry-words">
      <Text fw={600}>
        {host}:{port} {account !== null && texts.as(account)}
      </Text>
      <Text size="sm" c="dimmed">
        {texts.from(from)} {secure ? texts.secure : texts.opportunistic}
      </Text>
    </Stack>
  );
}

function Outcome({ test: { ok, detail, answer } }: { readonly test: MailTest }) {
  return (
    <Alert color={ok ? 'teal' : 'red'} variant="light" role="status">
      <Text size="sm">{detail}</Text>
      {answer !== null && (
        <Text size="sm" mt={4}>
          {texts.answer} <Code>{answer}</Code>
        </Text>
      )}
    </Alert>
  );
}
