import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { useSession } from './session';

const words = strings.access;

export interface SignInFormProps {
  /** Who it was, where that is known. */
  readonly email?: string;
  readonly onSignedIn: () => void;
}

export function SignInForm({ email: known = '', onSignedIn }: SignInFormProps) {
  const { store } = useSession();
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    store.signIn(email, password).then(onSignedIn, (error: unknown) => {
      setBusy(false);
      setPassword('');
      setFault(error instanceof Error ? wordsOf(error) : String(error));
    });
  };
  return (
    <form onSubmit={submit} aria-label={words.signIn}>
      <Stack gap="md">
        {fault !== null && (
          <Alert color="red" variant="light" role="alert">
            {fault}
          </Alert>
        )}
        <TextInput
          label={words.email}
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          {...(known === '' && { 'data-autofocus': true })}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={words.password}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          {...(known !== '' && { 'data-autofocus': true })}
          visibilityToggleButtonProps={{ 'aria-label': words.showPassword, tabIndex: 0 }}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          {words.signIn}
        </Button>
      </Stack>
    </form>
  );
}
