import { Alert, Button, Code, Divider, Stack, Text, Title } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Navigate, useSearchParams } from 'react-router';
import type { Session } from '../api/access';
import { Failure, LateSkeleton, wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { Door } from './door';
import { useSession } from './session';
import { SignInForm } from './sign-in-form';

const words = strings.access;

export function SignInPage() {
  const { state, store } = useSession();
  const [search] = useSearchParams();
  const returnTo = ownPath(search.get('returnTo'));
  useEffect(() => {
    document.title = `${words.signIn} · ${strings.product}`;
  }, []);
  if (state.status === 'in') return <Navigate to={returnTo} replace />;
  return (
    <Door>
      <Title order={1}>{words.signInTo}</Title>
      {state.status === 'loading' && <LateSkeleton lines={3} />}
      {state.status === 'failed' && <Failure error={state.error} retry={() => store.load()} />}
      {'session' in state && (
        <Ways session={state.session} returnTo={returnTo} problem={search.get('problem')} />
      )}
    </Door>
  );
}

interface WaysProps {
  readonly session: Session;
  readonly returnTo: string;
  readonly problem: string | null;
}

function Ways({ session, returnTo, problem }: WaysProps) {
  const { singleSignOn, firstAdminMissing, demo } = session.ways;
  return (
    <Stack gap="lg">
      {problem !== null && (
        <Alert color="red" variant="light" role="alert">
          {words.problems[problem] ?? words.problems.failed}
        </Alert>
      )}
      {demo.length > 0 && <DemoPeople demo={demo} />}
      {singleSignOn !== null && (
        <>
          <Button
            component="a"
            href={`/api/v1/session/single-sign-on?returnTo=${encodeURIComponent(returnTo)}`}
            leftSection={<IconLogin2 size={18} aria-hidden />}
          >
            {words.signInWith(singleSignOn)}
          </Button>
          <Divider label={words.or} labelPosition="center" />
        </>
      )}
      <SignInForm onSignedIn={() => undefined} />
      {firstAdminMissing && (
        <Text size="sm" c="dimmed">
          {words.firstAdmin} <Code>{words.firstAdminCommand}</Code>
        </Text>
      )}
    </Stack>
  );
}

function DemoPeople({ demo }: { readonly demo: Session['ways']['demo'] }) {
  const { store } = useSession();
  const [fault, setFault] = useState<string | null>(null);
  return (
    <section className="demo-people" aria-label={words.demo}>
      <Text size="sm">{words.demo}</Text>
      {fault !== null && (
        <Alert color="red" variant="light" role="alert">
          {fault}
        </Alert>
      )}
      {demo.map(({ name, email, password, role }) => (
        <div key={email} className="demo-person">
          <div>
            <Text size="sm" fw={600}>
              {email}
            </Text>
            <Text size="sm">
              {words.password}: <Code>{password}</Code>
            </Text>
            <Text size="xs" c="dimmed">
              {words.roles[role]}: {words.roleHints[role]}
            </Text>
          </div>
          <Button
            size="xs"
            onClick={() =>
              void store
                .signIn(email, password)
                .catch((error: unknown) => setFault(error instanceof Error ? wordsOf(error) : String(error)))
            }
          >
            {words.demoUse(name)}
          </Button>
        </div>
      ))}
    </section>
  );
}

/** A path of this screen, whatever the address says. */
export function ownPath(path: string | null): string {
  return path !== null && /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in') ? path : '/';
}
