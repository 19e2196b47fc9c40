import { Button, Checkbox, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import type { Conflict, DecisionInput } from '../api/types';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';
import { draftValue, startDraft, wholeText, withText } from './value-draft';

export interface OtherValueProps {
  readonly conflict: Conflict;
  readonly onCommit: (input: DecisionInput) => void;
  readonly onClose: () => void;
}

/** Another value, typed by a person: Ctrl+Enter takes it, Esc leaves. Mounted only while it is open. */
export function OtherValue({ conflict, onCommit, onClose }: OtherValueProps) {
  const [draft, setDraft] = useState(() => startDraft(conflict));
  const [note, setNote] = useState('');
  const [fault, setFault] = useState<string | null>(null);

  const commit = () => {
    try {
      const value = draftValue(draft, conflict);
      onCommit({ take: 'value', value, ...(note !== '' && { note }) });
    } catch {
      setFault(strings.other.jsonBad);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    commit();
  };
  const hint =
    draft.shape === 'set'
      ? strings.other.setHint
      : draft.shape === 'json'
        ? strings.other.jsonHint
        : undefined;

  return (
    <Dialog title={strings.other.title(conflict.unit)} onClose={onClose}>
      <Stack gap="md" onKeyDown={onKeyDown}>
        {draft.shape === 'members' ? (
          Object.entries(draft.texts).map(([name, text], i) => (
            <TextInput
              key={name}
              label={name}
              value={text}
              disabled={draft.blank}
              data-autofocus={i === 0 || undefined}
              onChange={(event) => setDraft(withText(draft, event.currentTarget.value, name))}
            />
          ))
        ) : (
          <Textarea
            label={strings.other.label}
            {...(hint !== undefined && { description: hint })}
            value={wholeText(draft)}
            disabled={draft.blank}
            error={fault}
            autosize
            minRows={draft.shape === 'text' ? 1 : 4}
            maxRows={16}
            data-autofocus
            classNames={{ input: draft.shape === 'json' ? 'mono' : '' }}
            onChange={(event) => {
              setFault(null);
              setDraft(withText(draft, event.currentTarget.value));
            }}
          />
        )}
        <Checkbox
          label={strings.other.blank}
          checked={draft.blank}
          onChange={(event) => setDraft({ ...draft, blank: event.currentTarget.checked })}
        />
        <TextInput
          label={strings.other.note}
          description={strings.other.noteHint}
          value={note}
          maxLength={2000}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="space-between" gap="sm">
          <Text size="xs" c="dimmed">
            {strings.other.commitHint}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {strings.other.cancel}
            </Button>
            <Button onClick={commit}>{strings.other.commit}</Button>
          </Group>
        </Group>
      </Stack>
    </Dialog>
  );
}
