import { ActionIcon, Badge, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { removeConnection, type Connection } from '../api/connections';
import { Ago } from '../format/time';
import { Dialog } from '../states/dialog';
import { tellDone, tellFailed } from '../states/told';
import { connectionStrings as texts } from '../strings-connections';
import { ConnectionChecks } from './connection-checks';
import { connectionsKey } from './connections-key';
import type { ShownTest } from './use-connection-tests';

export interface ConnectionEntryProps {
  readonly connection: Connection;
  readonly test: ShownTest;
  readonly onTest: () => void;
  readonly onEdit: () => void;
}

export function ConnectionEntry({ connection, test, onTest, onEdit }: ConnectionEntryProps) {
  const { name, label, origin, connector, overridden, description } = connection;
  const [removing, setRemoving] = useState(false);
  return (
    <li className="entry connection">
      <Stack gap={4} className="entry-words">
        <Group gap="xs">
          <Text fw={600}>{label}</Text>
          <Badge color="gray">{texts.kinds[connector]}</Badge>
          {origin === 'file' && <Badge color="gray">{texts.byFile}</Badge>}
          {overridden && <Badge color="yellow">{texts.overridden}</Badge>}
        </Group>
        <Text size="sm">
          <code>{name}</code> · <Address connection={connection} />
        </Text>
        {description !== null && <Text size="sm">{description}</Text>}
        <Text size="sm" c="dimmed">
          <Secret connection={connection} /> · <Uses connection={connection} />
        </Text>
      </Stack>
      <Group gap="xs" wrap="nowrap" className="connection-actions">
        {!overridden && (
          <Button
            size="xs"
            variant="default"
            aria-label={texts.testOf(label)}
            loading={test.running}
            onClick={onTest}
          >
            {texts.test}
          </Button>
        )}
        {origin === 'hand' && (
          <Menu position="bottom-end" shadow="md" transitionProps={{ duration: 0 }}>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.actions(label)}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onEdit}>{texts.change}</Menu.Item>
              <Menu.Item onClick={() => setRemoving(true)}>{texts.remove}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      {test.result !== null && <ConnectionChecks label={label} test={test.result} />}
      {removing && <RemoveConnection connection={connection} onClose={() => setRemoving(false)} />}
    </li>
  );
}

function Address({ connection }: { readonly connection: Connection }) {
  const { host, port, database, account } = connection;
  if (host === null || account === null || database === null) return <>{texts.unreadable}</>;
  return <>{texts.at(account, host.startsWith('/') ? host : `${host}:${String(port)}`, database)}</>;
}

/** Never the password: only that there is one, since when, and by whom. */
function Secret({ connection: { secret, origin } }: { readonly connection: Connection }) {
  if (origin === 'file')
    return (
      <>
        {texts.password} {texts.passwordOfFile}
      </>
    );
  if (secret === null)
    return (
      <>
        {texts.password} {texts.noPassword}
      </>
    );
  return (
    <>
      {texts.password} {texts.passwordSet} <Ago at={secret.setAt} /> {texts.passwordBy(secret.setBy)}
    </>
  );
}

function Uses({ connection: { pipelines } }: { readonly connection: Connection }) {
  if (pipelines.length === 0) return <>{texts.usedByNone}</>;
  return (
    <>
      {texts.usedBy}{' '}
      {pipelines.map((name, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <Link to={`/pipelines/${encodeURIComponent(name)}`}>{name}</Link>
        </span>
      ))}
    </>
  );
}

function RemoveConnection({
  connection: { name, label, pipelines },
  onClose,
}: {
  readonly connection: Connection;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const removing = useMutation({
    mutationFn: () => removeConnection(name),
    onSuccess: () => tellDone(texts.removed(label)),
    onError: tellFailed,
    onSettled: () => {
      onClose();
      return client.invalidateQueries({ queryKey: connectionsKey });
    },
  });
  const used = pipelines.length > 0;
  return (
    <Dialog title={texts.removeTitle(label)} onClose={onClose}>
      <Stack gap="md">
        <Text size="sm">{used ? texts.inUse(pipelines.join(', ')) : texts.removeHint}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {texts.form.cancel}
          </Button>
          {!used && (
            <Button color="red.9" loading={removing.isPending} onClick={() => removing.mutate()}>
              {texts.remove}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
