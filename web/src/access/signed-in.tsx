import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { LiveProvider } from '../api/live';
import { Dialog } from '../states/dialog';
import { Failure, LateSkeleton } from '../states/query-state';
import { strings } from '../strings';
import { useSession } from './session';
import { SignInForm } from './sign-in-form';

/** What only people see who are signed in. Whoever is signed out meanwhile signs in over what is there, and loses nothing. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  const { state, store } = useSession();
  const { pathname, search } = useLocation();
  switch (state.status) {
    case 'loading':
      return (
        <main className="page">
          <LateSkeleton lines={4} />
        </main>
      );
    case 'failed':
      return (
        <main className="page">
          <Failure error={state.error} retry={() => store.load()} />
        </main>
      );
    case 'out': {
      const here = pathname + search;
      return (
        <Navigate to={here === '/' ? '/sign-in' : `/sign-in?returnTo=${encodeURIComponent(here)}`} replace />
      );
    }
    case 'in':
    case 'lost':
      return (
        <LiveProvider>
          {children}
          {state.status === 'lost' && <Lost email={state.session.me?.email ?? ''} />}
        </LiveProvider>
      );
  }
}

function Lost({ email }: { readonly email: string }) {
  const client = useQueryClient();
  const words = strings.access;
  return (
    <Dialog title={words.lost} onClose={null}>
      <Stack gap="md">
        <Text size="sm">{words.lostHint}</Text>
        <SignInForm email={email} onSignedIn={() => void client.invalidateQueries()} />
        <Group justify="center">
          <Button variant="subtle" size="compact-sm" component="a" href="/sign-in">
            {words.lostOther}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
