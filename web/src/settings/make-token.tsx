import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useMe } from '../access/session';
import { makeToken, type Permission } from '../api/access';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';
import { tellFailed } from '../states/told';
import { tokensKey } from './tokens-key';

const texts = strings.access.tokens;

export interface MakeTokenProps {
  readonly onClose: () => void;
  readonly onMade: (secret: string) => void;
}

/** Scopes beyond one's own roles would do nothing, and are not offered. */
export function MakeToken({ onClose, onMade }: MakeTokenProps) {
  const may = useMe()?.may ?? [];
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Permission[]>([]);
  const [days, setDays] = useState('90');
  const [fault, setFault] = useState<string | null>(null);
  const making = useMutation({
    mutationFn: () => makeToken(name, scopes, Number(days)),
    onSuccess: async ({ data }) => {
      await client.invalidateQueries({ queryKey: tokensKey });
      onMade(data.secret);
    },
    onError: tellFailed,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (scopes.length === 0) setFault(texts.needScope);
    else making.mutate();
  };
  return (
    <Dialog title={texts.make} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label={texts.name}
            description={texts.nameHint}
            required
            withAsterisk={false}
            maxLength={60}
            value={name}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Checkbox.Group
            label={texts.scopes}
            error={fault}
            value={scopes}
            onChange={(chosen) => {
              setFault(null);
              setScopes(chosen);
            }}
          >
            <Stack gap={8} mt={8}>
              {may.map(({ permission }) => (
                <Checkbox
                  key={permission}
                  value={permission}
                  label={texts.scopeNames[permission] ?? permission}
                  description={permission}
                />
              ))}
            </Stack>
          </Checkbox.Group>
          <Select
            label={texts.days}
            data={Object.entries(texts.dayChoices).map(([value, label]) => ({ value, label }))}
            value={days}
            allowDeselect={false}
            onChange={(value) => setDays(value ?? '90')}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {strings.access.cancel}
            </Button>
            <Button type="submit" loading={making.isPending}>
              {texts.make}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
