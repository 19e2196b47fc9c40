import { AppShell, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { memo, Suspense, useEffect, useLayoutEffect, useMemo } from 'react';
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
  // The objects are new at every render, what is in them is not.
  const [{ toggle: onMenu }, { open: onHelp }, { open: onPalette }] = [
    menuActions,
    helpActions,
    paletteActions,
  ];
  const actions = useMemo(() => ({ onMenu, onHelp, onPalette }), [onMenu, onHelp, onPalette]);
  const place = places.findLast((entry) => isAt(pathname, entry.to));
  useEffect(() => {
    document.title = place ? `${place.name} · ${strings.product}` : strings.product;
  }, [place]);

  return (
    <>
      <Frame
        at={place?.to}
        area={pathname.split('/')[1] ?? ''}
        demo={me?.demo === true}
        menu={menu}
        actions={actions}
      />
      <CrashBoundary key={help || palette ? 'open' : 'closed'} small>
        <Suspense>
          {help && <KeyHelp onClose={helpActions.close} />}
          {palette && <Palette onClose={paletteActions.close} />}
        </Suspense>
      </CrashBoundary>
    </>
  );
}

interface FrameProps {
  /** The place that is shown. */
  readonly at: string | undefined;
  /** What fails there fails until another is opened. */
  readonly area: string;
  readonly demo: boolean;
  readonly menu: boolean;
  readonly actions: {
    readonly onMenu: () => void;
    readonly onHelp: () => void;
    readonly onPalette: () => void;
  };
}

/** What stands around every screen. The same for each card of a queue. */
const Frame = memo(function Frame({ at, area, demo, menu, actions }: FrameProps) {
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
            onClick={actions.onMenu}
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
        <Rail at={at} onHelp={actions.onHelp} onPalette={actions.onPalette} />
      </AppShell.Navbar>
      <AppShell.Main className="main" id="main" tabIndex={-1}>
        <div className="screen">
          <CrashBoundary key={area}>
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </CrashBoundary>
        </div>
        {demo && <footer className="foot">{strings.access.demoFoot}</footer>}
        <UndoBar />
      </AppShell.Main>
    </AppShell>
  );
});

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
