import { Alert, Button, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type SubmitEvent } from 'react';
import { useMe, useSession } from '../access/session';
import { changePassword, type Me } from '../api/access';
import { wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { Grants } from './grant-words';

const words = strings.access;
const texts = words.account;

export function AccountPage() {
  const me = useMe();
  if (me === null) return null;
  return (
    <Stack gap="lg">
      <section className="panel">
        <Title order={2}>{me.name}</Title>
        <Text c="dimmed">{me.email}</Text>
        <div>
          <Text fw={600} size="sm">
            {texts.roles}
          </Text>
          <Grants grants={me.grants} />
        </div>
      </section>
      <section className="panel">
        <Title order={2}>{texts.password}</Title>
        {me.demo ? <Text c="dimmed">{texts.demo}</Text> : <ChangePassword me={me} />}
      </section>
    </Stack>
  );
}

function ChangePassword({ me }: { readonly me: Me }) {
  const { store } = useSession();
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    changePassword(present, next)
      .then(
        ({ data }) => {
          store.adopt(data);
          setPresent('');
          setNext('');
          notifications.show({
            message: texts.changed,
            closeButtonProps: { 'aria-label': strings.undo.dismiss },
          });
        },
        (error: unknown) => setFault(error instanceof Error ? wordsOf(error) : String(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={submit} className="narrow-form">
      <Stack gap="md">
        {fault !== null && (
          <Alert color="red" variant="light" role="alert">
            {fault}
          </Alert>
        )}
        <input type="email" name="email" autoComplete="username" value={me.email} readOnly hidden />
        <PasswordInput
          label={texts.present}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={present}
          visibilityToggleButtonProps={{ 'aria-label': words.showPassword, tabIndex: 0 }}
          onChange={(event) => setPresent(event.currentTarget.value)}
        />
        <PasswordInput
          label={texts.next}
          description={words.welcome.passwordRule}
          autoComplete="new-password"
          required
          withAsterisk={false}
          minLength={12}
          maxLength={256}
          value={next}
          visibilityToggleButtonProps={{ 'aria-label': words.showPassword, tabIndex: 0 }}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        <div>
          <Button type="submit" variant="default" loading={busy}>
            {texts.change}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
