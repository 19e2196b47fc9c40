import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconHistoryToggle } from '@tabler/icons-react';
import { useState } from 'react';
import { NeedsRole } from '../access/needs-role';
import { resume, type RestoredAnswer } from '../api/endpoints';
import { keys } from '../api/queries';
import type { Pipeline } from '../api/types';
import { Dialog } from '../states/dialog';
import { tellDone, tellFailed } from '../states/told';
import { strings } from '../strings';
import { restoredSides } from './restored-sides';
import { sideLabel } from './side-label';

const words = strings.guards.restored;
const answers: readonly RestoredAnswer[] = ['give-back', 'take'];

/** A system was restored or replaced: only a person knows which is right, what Accord knows or what the system shows now. */
export function RestoredChoice({ pipeline }: { readonly pipeline: Pipeline }) {
  const [asked, setAsked] = useState<RestoredAnswer | null>(null);
  const sides = restoredSides(pipeline);
  if (sides.length === 0) return null;
  const label = sides.map((side) => sideLabel(pipeline, side)).join(', ');
  return (
    <Alert
      variant="light"
      color="red"
      icon={<IconHistoryToggle size={19} />}
      className="notice notice-stop"
      title={words.title(label)}
    >
      <NeedsRole permission="ops:run" pipeline={pipeline.name} what={words.answering}>
        <ul className="restored-choices">
          {answers.map((answer) => (
            <li key={answer} className="restored-choice">
              <Button size="xs" variant="default" onClick={() => setAsked(answer)}>
                {words[answer](label)}
              </Button>
              <Text size="sm">{words.does[answer](label)}</Text>
            </li>
          ))}
        </ul>
      </NeedsRole>
      {asked !== null && (
        <Confirm pipeline={pipeline} answer={asked} label={label} onClose={() => setAsked(null)} />
      )}
    </Alert>
  );
}

interface ConfirmProps {
  readonly pipeline: Pipeline;
  readonly answer: RestoredAnswer;
  readonly label: string;
  readonly onClose: () => void;
}

function Confirm({ pipeline, answer, label, onClose }: ConfirmProps) {
  const client = useQueryClient();
  const resuming = useMutation({
    mutationFn: () => resume(pipeline.name, null, answer),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.pipelines });
      tellDone(strings.pipeline.resumedDone(pipeline.name));
      onClose();
    },
    onError: tellFailed,
  });
  return (
    <Dialog title={words[answer](label)} onClose={onClose}>
      <Stack gap="md">
        <Text>{words.does[answer](label)}</Text>
        <Text size="sm" c="dimmed">
          {words.once}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {strings.pipeline.cancel}
          </Button>
          <Button loading={resuming.isPending} onClick={() => resuming.mutate()}>
            {words[answer](label)}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
