import { Alert, Button, Group, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Conflict } from '../api/types';
import { ariaShortcut } from '../keys/chord';
import { KeyOf } from '../keys/key-caps';
import { useKeyTable } from '../keys/key-store';
import { strings } from '../strings';
import type { Mark } from './review-session';
import { whatChanged } from './what-changed';

interface StaleNoticeProps {
  readonly shown: Conflict;
  readonly current: Conflict;
  readonly onLook: () => void;
}

export function StaleNotice({ shown, current, onLook }: StaleNoticeProps) {
  return (
    <Alert
      role="alert"
      color="yellow"
      variant="light"
      icon={<IconEye size={20} />}
      title={strings.card.stale.title}
      className="stale"
    >
      <ul className="stale-list">
        {whatChanged(shown, current).map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
      <Group gap="sm" mt="xs">
        <LookAgain onLook={onLook} />
        <Text size="sm" c="dimmed">
          {strings.card.stale.hint}
        </Text>
      </Group>
    </Alert>
  );
}

function LookAgain({ onLook }: { readonly onLook: () => void }) {
  const key = ariaShortcut(useKeyTable().keyFor('again'));
  return (
    <Button
      size="xs"
      variant="default"
      onClick={onLook}
      aria-keyshortcuts={key}
      rightSection={<KeyOf action="again" size="xs" />}
    >
      {strings.card.stale.look}
    </Button>
  );
}

interface MarkNoticeProps {
  readonly mark: Mark | undefined;
  readonly conflict: Conflict;
  readonly onLook: () => void;
}

export function MarkNotice({ mark, conflict, onLook }: MarkNoticeProps) {
  const words = strings.card.decided;
  if (mark?.status === 'sending') return <Notice color="ink">{words.sending}</Notice>;
  if (mark?.status === 'held') {
    return (
      <Notice color="ink">
        {conflict.state === 'closed' ? words.written(mark.label) : words.held(mark.label)}
      </Notice>
    );
  }
  if (mark?.status === 'failed') {
    return (
      <Notice color="red">
        {words.failed(mark.why)} <LookAgain onLook={onLook} />
      </Notice>
    );
  }
  if (mark?.status === 'stale') {
    return (
      <Notice color="yellow">
        {strings.card.beside} <LookAgain onLook={onLook} />
      </Notice>
    );
  }
  if (conflict.state !== 'closed') return null;
  return <Notice color="gray">{words.closed(conflict.closeReason)}</Notice>;
}

function Notice({ color, children }: { readonly color: string; readonly children: ReactNode }) {
  return (
    <Alert color={color} variant="light" py="xs" role="status">
      {children}
    </Alert>
  );
}
