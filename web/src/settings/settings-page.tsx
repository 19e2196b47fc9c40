import { Stack, Title } from '@mantine/core';
import { Suspense } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { useMay } from '../access/session';
import { CrashBoundary } from '../states/crash-boundary';
import { LateSkeleton } from '../states/query-state';
import { strings } from '../strings';
import { connectionStrings } from '../strings-connections';
import { notificationStrings } from '../strings-notifications';

const words = strings.access.settings;

export function SettingsPage() {
  const managesPeople = useMay('people:manage');
  const managesConnections = useMay('connections:manage', '*');
  const { pathname } = useLocation();
  const pages = [
    { to: '/settings/account', name: words.account },
    { to: '/settings/tokens', name: words.tokens },
    { to: '/settings/notifications', name: notificationStrings.title },
    { to: '/settings/keyboard', name: strings.keys.settings.title },
    ...(managesConnections ? [{ to: '/settings/connections', name: connectionStrings.title }] : []),
    ...(managesPeople ? [{ to: '/settings/people', name: words.people }] : []),
  ];
  return (
    <div className="page">
      <Stack gap="lg">
        <Title order={1}>{words.title}</Title>
        <nav aria-label={words.label} className="settings-places">
          {pages.map(({ to, name }) => (
            <NavLink key={to} to={to} className="settings-place">
              {name}
            </NavLink>
          ))}
        </nav>
        <CrashBoundary key={pathname}>
          <Suspense fallback={<LateSkeleton lines={4} />}>
            <Outlet />
          </Suspense>
        </CrashBoundary>
      </Stack>
    </div>
  );
}
