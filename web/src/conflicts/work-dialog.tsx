import { Button, Checkbox, Group, Radio, Select, Stack, Textarea } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { askOpinion, changeWork, comment, snooze, useReviewers } from '../api/queue';
import type { Conflict } from '../api/types';
import { Dialog } from '../states/dialog';
import { queueStrings as words } from '../strings-queue';
import { useWorkAct } from './use-work-act';
import { wakeTimes, type Wake } from './wake-times';
import type { WorkAct } from './work-act';

export interface WorkDialogProps {
  readonly conflict: Conflict;
  readonly act: Exclude<WorkAct, 'due' | 'opinion'>;
  readonly onClose: () => void;
}

/** Assigning, snoozing, asking somebody, and a note. */
export function WorkDialog({ conflict, act, onClose }: WorkDialogProps) {
  const [person, setPerson] = useState<string | null>(
    act === 'assign' ? (conflict.work.assignee?.id ?? null) : null,
  );
  const [text, setText] = useState('');
  const [wake, setWake] = useState<Wake>('hours');
  const [orChange, setOrChange] = useState(true);
  const { data: reviewers = [] } = useReviewers(conflict.pipeline);
  const { id, work } = conflict;
  const sending = useWorkAct(conflict, onClose);
  const send = (): Promise<unknown> => {
    if (act === 'assign') return changeWork(id, work.etag, { assignee: person });
    if (act === 'ask') return askOpinion(id, work.etag, person, text.trim());
    if (act === 'note') return comment(id, text.trim(), person);
    return snooze(id, work.etag, wakeTimes(new Date())[wake], wake === 'change' || orChange);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    sending.mutate(send);
  };
  const people = (
    <Select
      clearable
      searchable
      label={act === 'note' ? words.to : words.whom}
      placeholder={act === 'ask' ? words.anybody : words.nobody}
      value={person}
      data={reviewers.map((one) => ({ value: one.id, label: one.name }))}
      clearButtonProps={{ 'aria-label': words.nobody }}
      onChange={setPerson}
      {...(act === 'assign' && { 'data-autofocus': true })}
    />
  );
  return (
    <Dialog title={words[act]} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {act === 'snooze' ? (
            <>
              <Radio.Group label={words.until} value={wake} onChange={(value) => setWake(value)}>
                <Stack gap={8} mt={8}>
                  {(['hours', 'tomorrow', 'week', 'change'] as const).map((one) => (
                    <Radio key={one} value={one} label={words.untils[one]} />
                  ))}
                </Stack>
              </Radio.Group>
              {wake !== 'change' && (
                <Checkbox
                  label={words.orChange}
                  checked={orChange}
                  onChange={(event) => setOrChange(event.currentTarget.checked)}
                />
              )}
            </>
          ) : (
            people
          )}
          {(act === 'ask' || act === 'note') && (
            <Textarea
              label={act === 'ask' ? words.question : words.text}
              value={text}
              autosize
              minRows={3}
              maxLength={act === 'ask' ? 2000 : 4000}
              data-autofocus
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.cancel}
            </Button>
            <Button type="submit" loading={sending.isPending} disabled={act === 'note' && text.trim() === ''}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
