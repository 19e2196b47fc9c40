import { ActionIcon, Badge, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { changePerson, mailAgain, newLink, type Person } from '../api/access';
import { Ago } from '../format/time';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';
import { Grants } from './grant-words';
import type { LinkFor } from './link-for';
import { peopleKey } from './people-key';
import { tellDone, tellFailed } from '../states/told';

const words = strings.access;
const texts = words.people;

const colors = { invited: 'yellow', active: 'teal', disabled: 'gray' } as const;

export interface PersonEntryProps {
  readonly person: Person;
  readonly onEdit: () => void;
  readonly onLink: (made: LinkFor) => void;
}

export function PersonEntry({ person, onEdit, onLink }: PersonEntryProps) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const linking = useMutation({
    mutationFn: () => newLink(person.id),
    onSuccess: ({ data }) => onLink({ name: person.name, link: data }),
    onError: tellFailed,
  });
  const switching = useMutation({
    mutationFn: (state: 'active' | 'disabled') => changePerson(person, { state }),
    onSuccess: ({ data }) => {
      setAsking(false);
      tellDone(data.state === 'disabled' ? texts.disabled(person.name) : texts.enabled(person.name));
      return client.invalidateQueries({ queryKey: peopleKey });
    },
    onError: tellFailed,
  });
  const again = useMutation({
    mutationFn: () => mailAgain(person.id),
    onSuccess: () => client.invalidateQueries({ queryKey: peopleKey }),
    onError: tellFailed,
  });
  const off = person.state === 'disabled';
  return (
    <li className="entry">
      <Stack gap={4} className="entry-words">
        <Group gap="xs">
          <Text fw={600}>{person.name}</Text>
          <Badge color={colors[person.state]}>{texts.states[person.state]}</Badge>
          {person.demo && <Badge color="gray">{texts.demo}</Badge>}
          {person.mailRefused !== null && <Badge color="orange">{texts.mailRefused}</Badge>}
        </Group>
        <Text size="sm" c="dimmed" className="entry-email">
          {person.email}
        </Text>
        {person.mailRefused !== null && (
          <Text size="sm">{texts.mailRefusedHint(person.mailRefused.reason)}</Text>
        )}
        <Grants grants={person.grants} />
        <Text size="xs" c="dimmed">
          {texts.lastSignIn} <Ago at={person.lastSignInAt} />
        </Text>
      </Stack>
      <Menu position="bottom-end" shadow="md" transitionProps={{ duration: 0 }}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.actions(person.name)}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onEdit}>{texts.edit}</Menu.Item>
          {person.mailRefused !== null && (
            <Menu.Item onClick={() => again.mutate()}>{texts.mailAgain}</Menu.Item>
          )}
          {!off && !person.demo && <Menu.Item onClick={() => linking.mutate()}>{texts.newLink}</Menu.Item>}
          {off ? (
            <Menu.Item onClick={() => switching.mutate('active')}>{texts.enable}</Menu.Item>
          ) : (
            <Menu.Item onClick={() => setAsking(true)}>{texts.disable}</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking && (
        <Dialog title={texts.disableTitle(person.name)} onClose={() => setAsking(false)}>
          <Stack gap="md">
            <Text size="sm">{texts.disableHint}</Text>
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
                {words.cancel}
              </Button>
              <Button
                color="red.9"
                loading={switching.isPending}
                onClick={() => switching.mutate('disabled')}
              >
                {texts.disable}
              </Button>
            </Group>
          </Stack>
        </Dialog>
      )}
    </li>
  );
}
