import { Button, Group, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { NeedsRole } from '../access/needs-role';
import { setLoadRate } from '../api/endpoints';
import { keys } from '../api/queries';
import type { LoadProgress, Pipeline, Side } from '../api/types';
import { wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { sideLabel } from './side-label';

/** How many records the first load may make on each side in a time; can be changed while it runs. */
export function LoadRate({ pipeline, load }: { readonly pipeline: Pipeline; readonly load: LoadProgress }) {
  return (
    <NeedsRole permission="ops:run" pipeline={pipeline.name} what={strings.load.rateWhat}>
      <Group gap="lg" align="flex-end">
        <SideRate pipeline={pipeline} side="A" rate={load.rate.A} />
        <SideRate pipeline={pipeline} side="B" rate={load.rate.B} />
      </Group>
    </NeedsRole>
  );
}

function SideRate({
  pipeline,
  side,
  rate,
}: {
  readonly pipeline: Pipeline;
  readonly side: Side;
  readonly rate: string | null;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const client = useQueryClient();
  const setting = useMutation({
    mutationFn: (next: string | null) => setLoadRate(pipeline.name, side, next),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.pipelines });
      setTyped(null);
    },
    onError: (error) =>
      notifications.show({
        color: 'red',
        message: strings.pipeline.actionFailed(wordsOf(error)),
        closeButtonProps: { 'aria-label': strings.undo.dismiss },
      }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const next = (typed ?? '').trim();
    setting.mutate(next === '' ? null : next);
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="flex-end">
        <TextInput
          size="xs"
          w={170}
          label={strings.load.rateOf(sideLabel(pipeline, side))}
          placeholder={strings.load.rateNone}
          value={typed ?? rate ?? ''}
          maxLength={20}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="xs"
          variant="default"
          loading={setting.isPending}
          disabled={typed === null || typed.trim() === (rate ?? '')}
        >
          {strings.load.rateSet}
        </Button>
      </Group>
    </form>
  );
}
