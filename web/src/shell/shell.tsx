import { ActionIcon, AppShell, Burger, Group, NavLink, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArrowsExchange,
  IconGitCompare,
  IconKeyboard,
  IconLayoutDashboard,
  IconListSearch,
  IconSettings,
} from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, Outlet, useLocation, useNavigate } from 'react-router';
import { useMe } from '../access/session';
import { WhoAmI } from '../access/who-am-i';
import { useLive } from '../api/live';
import { usePipelines } from '../api/queries';
import { UndoBar } from '../conflicts/undo-bar';
import { useUndo } from '../conflicts/use-decide';
import { KeyHelp } from '../keys/key-help';
import { useKeys } from '../keys/use-keys';
import { CrashBoundary } from '../states/crash-boundary';
import { strings } from '../strings';
import { SchemeSwitch } from './scheme-switch';

const places = [
  { to: '/', name: strings.nav.overview, icon: IconLayoutDashboard },
  { to: '/conflicts', name: strings.nav.conflicts, icon: IconGitCompare },
  { to: '/records', name: strings.nav.records, icon: IconListSearch },
  { to: '/pipelines', name: strings.nav.pipelines, icon: IconArrowsExchange },
  { to: '/settings', name: strings.nav.settings, icon: IconSettings },
] as const;

export function Shell() {
  const [menu, menuActions] = useDisclosure(false);
  const [help, helpActions] = useDisclosure(false);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const undo = useUndo();
  const me = useMe();

  useKeys({
    help: helpActions.open,
    undo,
    goOverview: () => void navigate('/'),
    goConflicts: () => void navigate('/conflicts'),
    goRecords: () => void navigate('/records'),
    goPipelines: () => void navigate('/pipelines'),
    goSettings: () => void navigate('/settings'),
    search: () => void navigate('/records', { state: { focus: 'search' } }),
  });
  useEffect(() => menuActions.close(), [pathname, menuActions]);
  useEffect(() => {
    const place = places.findLast((entry) => isAt(pathname, entry.to));
    document.title = place ? `${place.name} · ${strings.product}` : strings.product;
  }, [pathname]);

  return (
    <AppShell
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !menu } }}
      padding={0}
      transitionDuration={0}
    >
      <a className="skip-link" href="#main">
        {strings.skip}
      </a>
      <AppShell.Header hiddenFrom="sm" className="top-bar">
        <Group h="100%" px="md" gap="sm">
          <Burger
            opened={menu}
            onClick={menuActions.toggle}
            size="sm"
            aria-label={strings.nav.open}
            aria-expanded={menu}
          />
          <Brand />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="rail" aria-label={strings.nav.label}>
        <Group visibleFrom="sm" px="md" pt="lg" pb="md">
          <Brand />
        </Group>
        <div className="rail-places">
          {places.map((place) => (
            <NavLink
              key={place.to}
              component={Link}
              to={place.to}
              label={place.name}
              leftSection={<place.icon size={18} stroke={1.7} aria-hidden />}
              rightSection={place.to === '/conflicts' ? <WaitingCount /> : undefined}
              active={isAt(pathname, place.to)}
              {...(isAt(pathname, place.to) && { 'aria-current': 'page' as const })}
              className="rail-place"
            />
          ))}
        </div>
        <div className="rail-foot">
          <WhoAmI />
          <LiveState />
          <Group gap={4} justify="space-between" wrap="nowrap">
            <SchemeSwitch />
            <Tooltip label={`${strings.keys.title} (?)`}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                onClick={helpActions.open}
                aria-label={strings.keys.title}
              >
                <IconKeyboard size={19} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
          </Group>
        </div>
      </AppShell.Navbar>
      <AppShell.Main className="main" id="main" tabIndex={-1}>
        <div className="screen">
          <CrashBoundary key={pathname.split('/')[1]}>
            <Outlet />
          </CrashBoundary>
        </div>
        {me?.demo === true && <footer className="foot">{strings.access.demoFoot}</footer>}
        <UndoBar />
      </AppShell.Main>
      {help && <KeyHelp onClose={helpActions.close} />}
    </AppShell>
  );
}

function Brand() {
  return (
    <Link to="/" className="brand">
      <img src="/accord.svg" alt="" width={26} height={26} />
      <span>{strings.product}</span>
    </Link>
  );
}

function WaitingCount() {
  const { data = [] } = usePipelines();
  const waiting = data.reduce((sum, pipeline) => sum + pipeline.counts.conflicts, 0);
  return waiting === 0 ? null : <span className="rail-count">{waiting.toLocaleString('en')}</span>;
}

function LiveState() {
  const live = useLive();
  return (
    <Text size="xs" c="dimmed" className="live-state" role="status">
      <span className={live ? 'live-dot live-dot-on' : 'live-dot'} aria-hidden />
      {live ? strings.live.on : strings.live.off}
    </Text>
  );
}

function isAt(pathname: string, to: string): boolean {
  return to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);
}
