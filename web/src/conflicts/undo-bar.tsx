import { Button, CloseButton, Group, Paper, Text } from '@mantine/core';
import { memo, useState } from 'react';
import { useNow } from '../format/beat';
import { ariaShortcut } from '../keys/chord';
import { KeyOf } from '../keys/key-caps';
import { useKeyTable } from '../keys/key-store';
import { strings } from '../strings';
import { useReview, type Taken } from './review-session';
import { useUndo } from './use-undo';

const LINGER_MS = 6_000;
const BEAT_MS = 250;

/** "CRM taken · writes in 8 s": the newest decision, how long it still waits, and the way back. */
export function UndoBar() {
  const last = useReview((review) => review.taken.at(-1));
  const undoing = useReview((review) => last !== undefined && review.undoing.has(last.answer));
  const [dismissed, setDismissed] = useState<Promise<unknown> | null>(null);
  if (last === undefined || last.answer === dismissed) return null;
  return <Lingering taken={last} undoing={undoing} onDismiss={setDismissed} />;
}

interface UndoProps {
  readonly taken: Taken;
  /** It is being taken back: said at the key, not when the service has answered. */
  readonly undoing: boolean;
  readonly onDismiss: (answer: Promise<unknown>) => void;
}

function Lingering({ taken, undoing, onDismiss }: UndoProps) {
  const now = useNow(BEAT_MS);
  if (!undoing && taken.undoUntil !== null && now > Date.parse(taken.undoUntil) + LINGER_MS) return null;
  return <UndoOf taken={taken} undoing={undoing} onDismiss={onDismiss} />;
}

function Countdown({ until }: { readonly until: string }) {
  const left = Math.ceil((Date.parse(until) - useNow(BEAT_MS)) / 1000);
  return <span> · {left > 0 ? strings.undo.writesIn(left) : strings.undo.writing}</span>;
}

const UndoOf = memo(function UndoOf({ taken, undoing, onDismiss }: UndoProps) {
  const undo = useUndo();
  const key = ariaShortcut(useKeyTable().keyFor('undo'));
  return (
    <Paper shadow="lg" radius="lg" className="undo-bar" role="region" aria-label={strings.undo.undo}>
      <Group gap="md" wrap="nowrap">
        <Text size="sm" className="undo-words">
          <strong>{undoing ? strings.undo.undoing(taken.label) : strings.undo.taken(taken.label)}</strong>
          {!undoing && taken.undoUntil !== null && <Countdown until={taken.undoUntil} />}
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
        <CloseButton
          size="sm"
          className="undo-close"
          aria-label={strings.undo.dismiss}
          onClick={() => onDismiss(taken.answer)}
        />
      </Group>
    </Paper>
  );
});
