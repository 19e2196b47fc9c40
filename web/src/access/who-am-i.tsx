import { Menu, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconKey, IconLogout, IconUser } from '@tabler/icons-react';
import { Link } from 'react-router';
import { wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { useMe, useSession } from './session';

const words = strings.access;

/** Who is signed in, and the way out. */
export function WhoAmI() {
  const me = useMe();
  const { store } = useSession();
  if (me === null) return null;
  const leave = () => {
    store.signOut().catch((error: unknown) => {
      notifications.show({
        color: 'red',
        message: strings.pipeline.actionFailed(error instanceof Error ? wordsOf(error) : String(error)),
        closeButtonProps: { 'aria-label': strings.undo.dismiss },
      });
    });
  };
  return (
    <Menu position="top-start" shadow="md" width={200} transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <UnstyledButton className="who">
          <span className="who-mark" aria-hidden>
            {initials(me.name)}
          </span>
          <VisuallyHidden>{words.signedInAs} </VisuallyHidden>
          <span className="who-name">{me.name}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/settings/account" leftSection={<IconUser size={16} aria-hidden />}>
          {words.settings.account}
        </Menu.Item>
        <Menu.Item component={Link} to="/settings/tokens" leftSection={<IconKey size={16} aria-hidden />}>
          {words.settings.tokens}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
          {words.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function initials(name: string): string {
  const parts = name.split(/\s+/).filter((part) => part !== '');
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : undefined].map((part) =>
    String.fromCodePoint(part?.codePointAt(0) ?? 32),
  );
  return letters.join('').toUpperCase();
}
