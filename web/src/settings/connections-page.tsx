import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useMay } from '../access/session';
import { listConnections, type Connection } from '../api/connections';
import { QueryState } from '../states/query-state';
import { connectionStrings as texts } from '../strings-connections';
import { ConnectionEntry } from './connection-entry';
import { ConnectionForm } from './connection-form';
import { connectionsKey } from './connections-key';
import { MailServerPanel } from './mail-server';
import { useConnectionTests } from './use-connection-tests';

export function ConnectionsPage() {
  if (!useMay('connections:manage', '*')) return <Text>{texts.nobodyElse}</Text>;
  return (
    <Stack gap="lg">
      <Connections />
      <MailServerPanel />
    </Stack>
  );
}

function Connections() {
  const query = useQuery({
    queryKey: connectionsKey,
    queryFn: async ({ signal }) => (await listConnections(signal)).data,
  });
  const [editing, setEditing] = useState<Connection | 'new' | null>(null);
  const tests = useConnectionTests();
  return (
    <section className="panel">
      <Group justify="space-between" align="flex-start">
        <div className="settings-lead">
          <Title order={2}>{texts.title}</Title>
          <Text size="sm" c="dimmed">
            {texts.lead}
          </Text>
        </div>
        <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>
          {texts.add}
        </Button>
      </Group>
      <QueryState query={query} lines={4}>
        {({ items, canKeepSecrets }) => (
          <>
            {!canKeepSecrets && (
              <Alert color="yellow" variant="light" mt="md">
                {texts.noKey}
              </Alert>
            )}
            {items.length === 0 && (
              <Text c="dimmed" mt="md">
                {texts.none}
              </Text>
            )}
            <ul className="plain-list entries">
              {items.map((connection) => (
                <ConnectionEntry
                  key={`${connection.name} ${connection.origin}`}
                  connection={connection}
                  test={tests.of(connection.name)}
                  onTest={() => tests.start(connection.name)}
                  onEdit={() => setEditing(connection)}
                />
              ))}
            </ul>
          </>
        )}
      </QueryState>
      {editing !== null && (
        <ConnectionForm
          connection={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={({ name }) => {
            setEditing(null);
            tests.start(name);
          }}
        />
      )}
    </section>
  );
}
