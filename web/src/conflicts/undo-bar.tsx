import { Button, CloseButton, Group, Paper, Text } from '@mantine/core';
import { useState } from 'react';
import { useNow } from '../format/time';
import { ariaShortcut } from '../keys/chord';
import { KeyOf } from '../keys/key-caps';
import { useKeyTable } from '../keys/key-store';
import { strings } from '../strings';
import { useReviewSession, type Taken } from './review-session';
import { useUndo } from './use-undo';

const LINGER_MS = 6_000;

/** "CRM taken · writes in 8 s": the newest decision, how long it still waits, and the way back. */
export function UndoBar() {
  const { taken } = useReviewSession();
  const [dismissed, setDismissed] = useState<Promise<unknown> | null>(null);
  const last = taken.at(-1);
  if (!last || last.answer === dismissed) return null;
  return <UndoOf key={taken.length} taken={last} onDismiss={() => setDismissed(last.answer)} />;
}

function UndoOf({ taken, onDismiss }: { readonly taken: Taken; readonly onDismiss: () => void }) {
  const now = useNow(250);
  const undo = useUndo();
  const key = ariaShortcut(useKeyTable().keyFor('undo'));
  const until = taken.undoUntil === null ? null : Date.parse(taken.undoUntil);
  if (until !== null && now > until + LINGER_MS) return null;
  const left = until === null ? null : Math.ceil((until - now) / 1000);
  return (
    <Paper shadow="lg" radius="lg" className="undo-bar" role="region" aria-label={strings.undo.undo}>
      <Group gap="md" wrap="nowrap">
        <Text size="sm" className="undo-words">
          <strong>{strings.undo.taken(taken.label)}</strong>
          {left !== null && <span> · {left > 0 ? strings.undo.writesIn(left) : strings.undo.writing}</span>}
        </Text>
        <Button
          size="compact-sm"
          variant="white"
          color="dark"
          className="undo-button"
          onClick={undo}
          aria-keyshortcuts={key}
          rightSection={<KeyOf action="undo" size="xs" className="undo-key" />}
        >
          {strings.undo.undo}
        </Button>
        <CloseButton size="sm" className="undo-close" aria-label={strings.undo.dismiss} onClick={onDismiss} />
      </Group>
    </Paper>
  );
}
