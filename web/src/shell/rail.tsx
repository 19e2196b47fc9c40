import { ActionIcon, Group, NavLink, Text, Tooltip } from '@mantine/core';
import { IconCommand, IconKeyboard } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { memo, useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useMay, useMe } from '../access/session';
import { WhoAmI } from '../access/who-am-i';
import { useLive, useLiveEvent } from '../api/live';
import { usePipelines } from '../api/queries';
import { facetsKey, useFacets } from '../api/queue';
import { ariaShortcut, keyLabel } from '../keys/chord';
import type { KeyAction } from '../keys/key-map';
import { useKeyTable } from '../keys/key-store';
import { betweenKeys } from '../states/between-keys';
import { strings } from '../strings';
import { places } from './places';
import { SchemeSwitch } from './scheme-switch';

/** Counters are looked at again this long after something changed, once for all of it. */
const GATHER_MS = 700;

export interface RailProps {
  /** The place that is shown. */
  readonly at: string | undefined;
  readonly onHelp: () => void;
  readonly onPalette: () => void;
}

/** Where one can go, who is signed in, whether what is shown is live, and how the screen looks. The same for each card of a screen. */
export const Rail = memo(function Rail({ at, onHelp, onPalette }: RailProps) {
  const me = useMe();
  const may = (permission: string) => me?.may.some((one) => one.permission === permission) === true;
  return (
    <>
      <div className="rail-places">
        {places
          .filter(({ needs }) => needs === undefined || may(needs))
          .map(({ to, name, icon: PlaceIcon }) => (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={name}
              leftSection={<PlaceIcon size={18} stroke={1.7} aria-hidden />}
              rightSection={<WaitingCount at={to} />}
              active={to === at}
              {...(to === at && { 'aria-current': 'page' as const })}
              className="rail-place"
            />
          ))}
      </div>
      <div className="rail-foot">
        <WhoAmI />
        <Group gap={2} justify="space-between" wrap="nowrap">
          <LiveState />
          <Group gap={0} wrap="nowrap">
            <RailButton name={strings.keys.palette.title} action="palette" onClick={onPalette}>
              <IconCommand size={18} stroke={1.7} />
            </RailButton>
            <RailButton name={strings.keys.title} action="help" onClick={onHelp}>
              <IconKeyboard size={19} stroke={1.7} />
            </RailButton>
          </Group>
        </Group>
        <SchemeSwitch />
      </div>
    </>
  );
});

interface RailButtonProps {
  readonly name: string;
  readonly action: KeyAction;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function RailButton({ name, action, onClick, children }: RailButtonProps) {
  const keys = useKeyTable().keyFor(action);
  return (
    <Tooltip label={keys === undefined ? name : `${name} (${keyLabel(keys)})`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        onClick={onClick}
        aria-label={name}
        aria-keyshortcuts={ariaShortcut(keys)}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** How much waits there; nothing while nothing does. */
function WaitingCount({ at }: { readonly at: string }) {
  if (at === '/conflicts') return <WaitingForMe />;
  return at === '/dead-letters' ? <BlockedCount /> : null;
}

/** Everything of the queue that this person can answer and that is nobody else's: conflicts, and guards and halts for who may run. */
function WaitingForMe() {
  const decides = useMay('conflicts:resolve');
  const runs = useMay('ops:run');
  const client = useQueryClient();
  const words = [
    'state:open',
    ...(decides ? ['assignee:me,none'] : []),
    ...(runs ? [] : ['-kind:guard,halt']),
  ];
  const { data } = useFacets(words.join(' '));
  const pending = useRef<() => void>(undefined);
  useLiveEvent((event) => {
    if (event.name !== 'conflict') return;
    pending.current ??= betweenKeys(() => {
      pending.current = undefined;
      void client.invalidateQueries({ queryKey: facetsKey });
    }, GATHER_MS);
  });
  useEffect(
    () => () => {
      pending.current?.();
      pending.current = undefined;
    },
    [],
  );
  return <Count of={data?.total ?? 0} />;
}

function BlockedCount() {
  const { data = [] } = usePipelines();
  return <Count of={data.reduce((sum, { counts }) => sum + counts.blocked, 0)} />;
}

function Count({ of }: { readonly of: number }) {
  return of === 0 ? null : <span className="rail-count">{of.toLocaleString('en')}</span>;
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
