import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { changeWork } from '../api/queue';
import type { Conflict } from '../api/types';
import { isWorkingTime } from '../format/business-hours';
import { exact } from '../format/time';
import { Dialog } from '../states/dialog';
import { queueStrings as words } from '../strings-queue';
import { useWorkAct } from './use-work-act';
import { wakeTimes } from './wake-times';

export interface DueDialogProps {
  readonly conflict: Conflict;
  readonly onClose: () => void;
}

/** Until when it is to be decided: a time, none, or what the pipeline's file says, whose hours are shown. */
export function DueDialog({ conflict, onClose }: DueDialogProps) {
  const { work, id } = conflict;
  const [text, setText] = useState(() =>
    localText(new Date(work.dueAt ?? wakeTimes(new Date()).tomorrow ?? Date.now())),
  );
  const sending = useWorkAct(conflict, onClose);
  const at = new Date(text);
  const known = !Number.isNaN(at.getTime());
  const set = (dueAt: string | null) => sending.mutate(() => changeWork(id, work.etag, { dueAt }));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (known) set(at.toISOString());
  };
  const hours = work.businessHours;
  return (
    <Dialog title={words.due} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            {work.dueAt === null ? words.dueNone : words.dueNow(exact(work.dueAt), work.dueBy === 'person')}
          </Text>
          <TextInput
            type="datetime-local"
            label={words.dueAt}
            value={text}
            data-autofocus
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {hours !== null && (
            <Text size="sm" c="dimmed" role="status">
              {words.hours(hours)} {known && !isWorkingTime(hours, at) && words.outside}
            </Text>
          )}
          <Group justify="space-between" gap="xs">
            <Group gap="xs">
              <Button variant="subtle" onClick={() => set('rule')} disabled={sending.isPending}>
                {words.dueRule}
              </Button>
              <Button variant="subtle" onClick={() => set(null)} disabled={sending.isPending}>
                {words.dueClear}
              </Button>
            </Group>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                {words.cancel}
              </Button>
              <Button type="submit" loading={sending.isPending} disabled={!known}>
                {words.save}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** As the field wants it, in the reader's own time. */
function localText(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
