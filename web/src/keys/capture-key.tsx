import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import { useAnnounce } from '../states/announcer';
import { Dialog } from '../states/dialog';
import { tellDone } from '../states/told';
import { strings } from '../strings';
import { chordsOf, keyLabel } from './chord';
import { KeyCaps } from './key-caps';
import type { KeyAction } from './key-map';
import { keyStore } from './key-store';
import type { KeyTable } from './key-table';

const words = strings.keys.settings;
/** The second key of a pair comes within this time. */
const PAIR_MS = 1_200;

interface Pressed {
  readonly keys: string;
  readonly at: number;
}

/** Waits for the new key of an action. A key that another action has is taken from it only when that is said. */
export function CaptureKey({
  action,
  table,
  onClose,
}: {
  readonly action: KeyAction;
  readonly table: KeyTable;
  readonly onClose: () => void;
}) {
  const [pressed, setPressed] = useState<Pressed | null>(null);
  const announce = useAnnounce();
  const fault = pressed === null ? null : table.faultOf(pressed.keys, action);

  const onKeyDown = (event: KeyboardEvent) => {
    const [chord] = chordsOf(event.nativeEvent);
    if (chord === undefined || /^(Shift\+)?(Tab|Escape)$/.test(chord) || event.repeat) return;
    event.preventDefault();
    event.stopPropagation();
    const isSecond =
      pressed !== null && !pressed.keys.includes(' ') && event.timeStamp - pressed.at < PAIR_MS;
    const keys = isSecond ? `${pressed.keys} ${chord}` : chord;
    setPressed({ keys, at: event.timeStamp });
    announce(`${words.captured}: ${keyLabel(keys)}`);
  };
  const take = () => {
    if (pressed === null) return;
    keyStore.bind(action, pressed.keys);
    tellDone(words.done(strings.keys.actions[action], keyLabel(pressed.keys)));
    onClose();
  };
  return (
    <Dialog title={strings.keys.actions[action]} onClose={onClose}>
      <Stack gap="md">
        <div
          className="key-capture"
          role="textbox"
          aria-readonly
          aria-label={words.capture}
          tabIndex={0}
          data-autofocus
          onKeyDown={onKeyDown}
        >
          {pressed === null ? words.capture : <KeyCaps keys={pressed.keys} size="lg" />}
        </div>
        <Text size="sm" c="dimmed">
          {words.captureHint}
        </Text>
        {fault !== null && (
          <Alert color="orange" variant="light" role="alert">
            {fault.why}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button disabled={pressed === null || (fault !== null && fault.taken === undefined)} onClick={take}>
            {fault?.taken === undefined ? words.take : words.swap(strings.keys.actions[fault.taken])}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
