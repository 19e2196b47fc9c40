import { AppShell, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect, useLayoutEffect } from 'react';
import { Link, Outlet, useLocation, useNavigate } from 'react-router';
import { useMe } from '../access/session';
import { UndoBar } from '../conflicts/undo-bar';
import { useRedo, useUndo } from '../conflicts/use-undo';
import { keyStore } from '../keys/key-store';
import { useKeyboard, useKeys } from '../keys/use-keys';
import { CrashBoundary } from '../states/crash-boundary';
import { lazily } from '../states/lazily';
import { LateSkeleton } from '../states/query-state';
import { strings } from '../strings';
import { isAt, places } from './places';
import { Rail } from './rail';

const KeyHelp = lazily(async () => (await import('../keys/key-help')).KeyHelp);
const Palette = lazily(async () => (await import('../keys/palette')).Palette);

export function Shell() {
  const [menu, menuActions] = useDisclosure(false);
  const [help, helpActions] = useDisclosure(false);
  const [palette, paletteActions] = useDisclosure(false);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const me = useMe();
  const undo = useUndo();
  const redo = useRedo();

  const person = me?.id ?? '';
  useLayoutEffect(() => keyStore.open(person), [person]);
  useKeyboard();
  const go = (to: string) => () => void navigate(to);
  const mayRead = me?.may.some(({ permission }) => permission === 'audit:read') === true;
  useKeys({
    help: helpActions.open,
    palette: paletteActions.open,
    undo,
    redo,
    goOverview: go('/'),
    goConflicts: go('/conflicts'),
    goRecords: go('/records'),
    goPipelines: go('/pipelines'),
    goDeadLetters: go('/dead-letters'),
    ...(mayRead && { goActivity: go('/activity') }),
    goSettings: go('/settings'),
    search: () => void navigate('/records', { state: { focus: 'search' } }),
  });
  useEffect(() => menuActions.close(), [pathname, menuActions]);
  const place = places.findLast((entry) => isAt(pathname, entry.to));
  useEffect(() => {
    document.title = place ? `${place.name} · ${strings.product}` : strings.product;
  }, [place]);

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
        <Rail at={place?.to} onHelp={helpActions.open} onPalette={paletteActions.open} />
      </AppShell.Navbar>
      <AppShell.Main className="main" id="main" tabIndex={-1}>
        <div className="screen">
          <CrashBoundary key={pathname.split('/')[1]}>
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </CrashBoundary>
        </div>
        {me?.demo === true && <footer className="foot">{strings.access.demoFoot}</footer>}
        <UndoBar />
      </AppShell.Main>
      <CrashBoundary key={help || palette ? 'open' : 'closed'} small>
        <Suspense>
          {help && <KeyHelp onClose={helpActions.close} />}
          {palette && <Palette onClose={paletteActions.close} />}
        </Suspense>
      </CrashBoundary>
    </AppShell>
  );
}

function PageSkeleton() {
  return (
    <div className="page">
      <LateSkeleton lines={5} />
    </div>
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
