import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { changePerson, invite, type Grant, type Person } from '../api/access';
import { Dialog } from '../states/dialog';
import { wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { GrantEditor } from './grant-editor';
import type { LinkFor } from './link-for';
import { peopleKey } from './people-key';
import { tellDone } from '../states/told';

const words = strings.access;
const texts = words.people;

export interface PersonFormProps {
  /** `null`: somebody new. */
  readonly person: Person | null;
  readonly onClose: () => void;
  readonly onInvited: (made: LinkFor) => void;
}

export function PersonForm({ person, onClose, onInvited }: PersonFormProps) {
  const client = useQueryClient();
  const [name, setName] = useState(person?.name ?? '');
  const [email, setEmail] = useState('');
  const [grants, setGrants] = useState<readonly Grant[]>(
    person?.grants.filter(({ source }) => source === 'people') ?? [{ role: 'steward', pipeline: '*' }],
  );
  const saving = useMutation({
    mutationFn: async () => {
      if (person === null) {
        const { data } = await invite(email, { name, grants });
        onInvited({ name, link: data.link });
      } else {
        await changePerson(person, { name, grants });
        tellDone(texts.changed(name));
        onClose();
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: peopleKey }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <Dialog title={person === null ? texts.inviteTitle : texts.editTitle(person.name)} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {saving.error !== null && (
            <Alert color="red" variant="light" role="alert">
              {wordsOf(saving.error)}
            </Alert>
          )}
          {person === null && (
            <TextInput
              label={words.email}
              type="email"
              autoComplete="off"
              required
              withAsterisk={false}
              maxLength={254}
              value={email}
              data-autofocus
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
          )}
          <TextInput
            label={texts.name}
            autoComplete="off"
            required
            withAsterisk={false}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <GrantEditor grants={grants} onChange={setGrants} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.cancel}
            </Button>
            <Button type="submit" loading={saving.isPending}>
              {person === null ? texts.invite : texts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
