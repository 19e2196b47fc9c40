import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { Suspense } from 'react';
import { NeedsRole } from '../access/needs-role';
import { resume } from '../api/endpoints';
import { keys } from '../api/queries';
import type { Pipeline, Side } from '../api/types';
import { CrashBoundary } from '../states/crash-boundary';
import { lazily } from '../states/lazily';
import { tellDone, tellFailed } from '../states/told';
import { strings } from '../strings';
import { restoredSides } from './restored-sides';
import { sideLabel } from './side-label';

const PauseForm = lazily(async () => (await import('./pause-form')).PauseForm);

/** Pause with a reason, of the pipeline or of one side's writes; one Resume button for each pause that stands. */
export function PauseControl({ pipeline }: { readonly pipeline: Pipeline }) {
  return (
    <NeedsRole permission="ops:run" pipeline={pipeline.name} what={strings.access.actions.pause}>
      <Controls pipeline={pipeline} />
    </NeedsRole>
  );
}

function Controls({ pipeline }: { readonly pipeline: Pipeline }) {
  const [opened, actions] = useDisclosure(false);
  const client = useQueryClient();
  const resuming = useMutation({
    mutationFn: (side: Side | null) => resume(pipeline.name, side),
    onSuccess: () => {
      tellDone(strings.pipeline.resumedDone(pipeline.name));
      return client.invalidateQueries({ queryKey: keys.pipelines });
    },
    onError: tellFailed,
  });
  const pausedSides = (['A', 'B'] as const).filter((side) => (pipeline.sides[side]?.paused ?? null) !== null);
  // What was restored is answered where it is explained (restored-choice); what stands still need not be paused.
  const asks = restoredSides(pipeline).length > 0;
  const halted = pipeline.state === 'halted';
  const canPause = !halted && pipeline.paused === null && pausedSides.length < 2;
  return (
    <Group gap="xs">
      {(pipeline.paused !== null || halted) && !asks && (
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={15} />}
          loading={resuming.isPending}
          onClick={() => resuming.mutate(null)}
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
          onClick={() => resuming.mutate(side)}
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
      {opened && (
        <CrashBoundary small>
          <Suspense>
            <PauseForm pipeline={pipeline} onClose={actions.close} />
          </Suspense>
        </CrashBoundary>
      )}
    </Group>
  );
}
