import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';
import { SignInForm } from './sign-in-form';

/** Asks whoever was signed out to sign in again, over what is there. */
export function Lost({ email }: { readonly email: string }) {
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
