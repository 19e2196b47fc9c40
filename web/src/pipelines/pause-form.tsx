import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { pause } from '../api/endpoints';
import { keys } from '../api/queries';
import type { Pipeline, Side } from '../api/types';
import { Dialog } from '../states/dialog';
import { tellDone, tellFailed } from '../states/told';
import { strings } from '../strings';
import { sideLabel } from './side-label';

/** What to pause, and why: the next person will ask. */
export function PauseForm({
  pipeline,
  onClose,
}: {
  readonly pipeline: Pipeline;
  readonly onClose: () => void;
}) {
  const [what, setWhat] = useState<'all' | Side>('all');
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const client = useQueryClient();
  const pausing = useMutation({
    mutationFn: () => pause(pipeline.name, what === 'all' ? null : what, reason.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.pipelines });
      tellDone(strings.pipeline.pausedDone(pipeline.name));
      onClose();
    },
    onError: tellFailed,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason.trim() === '') setFault(strings.pipeline.reasonNeeded);
    else pausing.mutate();
  };
  return (
    <Dialog title={strings.pipeline.pauseTitle(pipeline.name)} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Radio.Group label={strings.pipeline.pauseWhat} value={what} onChange={(value) => setWhat(value)}>
            <Stack gap={8} mt={8}>
              <Radio value="all" label={strings.pipeline.pauseAll} />
              {(['A', 'B'] as const).map((side) => (
                <Radio
                  key={side}
                  value={side}
                  label={strings.pipeline.pauseSide(sideLabel(pipeline, side))}
                  disabled={(pipeline.sides[side]?.paused ?? null) !== null}
                />
              ))}
            </Stack>
          </Radio.Group>
          <TextInput
            label={strings.pipeline.reason}
            description={strings.pipeline.reasonHint}
            value={reason}
            error={fault}
            maxLength={500}
            withAsterisk
            data-autofocus
            onChange={(event) => {
              setFault(null);
              setReason(event.currentTarget.value);
            }}
          />
          <Text size="sm" c="dimmed">
            {strings.pipeline.pauseHint}
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {strings.pipeline.cancel}
            </Button>
            <Button type="submit" loading={pausing.isPending}>
              {strings.pipeline.pause}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
