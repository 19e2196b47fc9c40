import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState, type SubmitEvent } from 'react';
import { NeedsRole } from '../access/needs-role';
import { pause, resume, type RestoredAnswer } from '../api/endpoints';
import { keys } from '../api/queries';
import type { Pipeline, Side } from '../api/types';
import { Dialog } from '../states/dialog';
import { wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { sideLabel } from './side-label';

/** Pause with a reason, of the pipeline or of one side's writes; one Resume button for each pause that stands. */
export function PauseControl({ pipeline }: { readonly pipeline: Pipeline }) {
  return (
    <NeedsRole permission="ops:run" pipeline={pipeline.name} what={strings.access.actions.pause}>
      <Controls pipeline={pipeline} />
    </NeedsRole>
  );
}

interface Resumption {
  readonly side: Side | null;
  readonly restored?: RestoredAnswer;
}

function Controls({ pipeline }: { readonly pipeline: Pipeline }) {
  const [opened, actions] = useDisclosure(false);
  const client = useQueryClient();
  const resuming = useMutation({
    mutationFn: ({ side, restored }: Resumption) => resume(pipeline.name, side, restored ?? null),
    onSuccess: () => {
      notifications.show({
        message: strings.pipeline.resumedDone(pipeline.name),
        closeButtonProps: { 'aria-label': strings.undo.dismiss },
      });
      return client.invalidateQueries({ queryKey: keys.pipelines });
    },
    onError: failed,
  });
  const pausedSides = (['A', 'B'] as const).filter((side) => (pipeline.sides[side]?.paused ?? null) !== null);
  const restored = (['A', 'B'] as const)
    .filter((side) => pipeline.sides[side]?.restored === true)
    .map((side) => sideLabel(pipeline, side));
  const canPause = pipeline.paused === null && pausedSides.length < 2;
  return (
    <Group gap="xs">
      {restored.length > 0 &&
        pipeline.state === 'halted' &&
        (['give-back', 'take'] as const).map((answer) => (
          <Button
            key={answer}
            size="xs"
            variant="default"
            loading={resuming.isPending}
            onClick={() => resuming.mutate({ side: null, restored: answer })}
          >
            {strings.guards.restored[answer](restored.join(', '))}
          </Button>
        ))}
      {(pipeline.paused !== null || (pipeline.state === 'halted' && restored.length === 0)) && (
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={15} />}
          loading={resuming.isPending}
          onClick={() => resuming.mutate({ side: null })}
        >
          {strings.pipeline.resume}
        </Button>
      )}
      {pausedSides.map((side) => (
        <Button
          key={side}
          size="xs"
          variant="default"
          leftSection={<IconPlayerPlay size={15} />}
          loading={resuming.isPending}
          onClick={() => resuming.mutate({ side })}
        >
          {strings.pipeline.resume} {sideLabel(pipeline, side)}
        </Button>
      ))}
      {canPause && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPause size={15} />}
          onClick={actions.open}
        >
          {strings.pipeline.pause}
        </Button>
      )}
      {opened && <PauseForm pipeline={pipeline} onClose={actions.close} />}
    </Group>
  );
}

function PauseForm({ pipeline, onClose }: { readonly pipeline: Pipeline; readonly onClose: () => void }) {
  const [what, setWhat] = useState<'all' | Side>('all');
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const client = useQueryClient();
  const pausing = useMutation({
    mutationFn: () => pause(pipeline.name, what === 'all' ? null : what, reason.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.pipelines });
      notifications.show({
        message: strings.pipeline.pausedDone(pipeline.name),
        closeButtonProps: { 'aria-label': strings.undo.dismiss },
      });
      onClose();
    },
    onError: failed,
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

function failed(error: Error): void {
  notifications.show({
    color: 'red',
    message: strings.pipeline.actionFailed(wordsOf(error)),
    closeButtonProps: { 'aria-label': strings.undo.dismiss },
  });
}
