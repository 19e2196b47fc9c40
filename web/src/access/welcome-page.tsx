import { Alert, Anchor, Button, Checkbox, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type SubmitEvent } from 'react';
import { Link, useNavigate } from 'react-router';
import { followLink, lookAtLink, type SeenLink } from '../api/access';
import { LateSkeleton, wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { Door } from './door';
import { useSession } from './session';

const words = strings.access;
const texts = words.welcome;

/** Where a one-time link leads: the first admin, or a password for somebody who was invited or has forgotten theirs. */
export function WelcomePage() {
  const [secret] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    document.title = strings.product;
    // The secret is not left lying in the address bar and the history.
    window.history.replaceState(window.history.state, '', window.location.pathname);
  }, []);
  const query = useQuery({
    queryKey: ['one-time-link', secret],
    queryFn: async () => (await lookAtLink(secret)).data,
    staleTime: Infinity,
    retry: false,
  });
  return (
    <Door>
      {query.data !== undefined ? (
        <Welcome secret={secret} link={query.data} />
      ) : query.error !== null ? (
        <Stack gap="md">
          <Title order={1}>{texts.useless}</Title>
          <Text>{wordsOf(query.error)}</Text>
          <Anchor component={Link} to="/sign-in">
            {texts.toSignIn}
          </Anchor>
        </Stack>
      ) : (
        <LateSkeleton lines={3} />
      )}
    </Door>
  );
}

function Welcome({ secret, link }: { readonly secret: string; readonly link: SeenLink }) {
  const { store } = useSession();
  const navigate = useNavigate();
  const first = link.purpose === 'setup';
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [steward, setSteward] = useState(true);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    followLink({ secret, password, ...(first && { name, email, steward }) }).then(
      ({ data }) => {
        store.adopt(data);
        void navigate('/', { replace: true });
      },
      (error: unknown) => {
        setBusy(false);
        setFault(error instanceof Error ? wordsOf(error) : String(error));
      },
    );
  };
  return (
    <Stack gap="md">
      <Title order={1}>{first ? texts.setup : texts.password}</Title>
      <Text c="dimmed" size="sm">
        {first ? texts.setupHint : texts.passwordHint(link.email ?? '')}
      </Text>
      {fault !== null && (
        <Alert color="red" variant="light" role="alert">
          {fault}
        </Alert>
      )}
      <form onSubmit={submit}>
        <Stack gap="md">
          {first ? (
            <>
              <TextInput
                label={texts.name}
                description={texts.nameHint}
                autoComplete="name"
                required
                withAsterisk={false}
                maxLength={100}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              <TextInput
                label={words.email}
                type="email"
                autoComplete="username"
                required
                withAsterisk={false}
                maxLength={254}
                value={email}
                onChange={(event) => setEmail(event.currentTarget.value)}
              />
            </>
          ) : (
            // Password managers want to know whose password it is.
            <input
              type="email"
              name="email"
              autoComplete="username"
              value={link.email ?? ''}
              readOnly
              hidden
            />
          )}
          <PasswordInput
            label={words.password}
            description={texts.passwordRule}
            autoComplete="new-password"
            required
            withAsterisk={false}
            minLength={12}
            maxLength={256}
            value={password}
            visibilityToggleButtonProps={{ 'aria-label': words.showPassword, tabIndex: 0 }}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {first && (
            <Checkbox
              label={texts.steward}
              description={texts.stewardHint}
              checked={steward}
              onChange={(event) => setSteward(event.currentTarget.checked)}
            />
          )}
          <Button type="submit" loading={busy}>
            {texts.begin}
          </Button>
        </Stack>
      </form>
    </Stack>
  );
}
