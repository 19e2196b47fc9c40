import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconShieldHalf } from '@tabler/icons-react';
import { useState, type SubmitEvent } from 'react';
import { NeedsRole } from '../access/needs-role';
import { answerGuard } from '../api/endpoints';
import { keys, useGuardTrips } from '../api/queries';
import type { GuardTrip, Pipeline } from '../api/types';
import { Ago } from '../format/time';
import { Dialog } from '../states/dialog';
import { tellDone, tellFailed } from '../states/told';
import { strings } from '../strings';
import { GuardSample } from './guard-sample';
import { otherLabel, sideLabel } from './side-label';

/** What was stopped because it was too much at once, with samples, and the two answers to it. Nothing while no guard has tripped. */
export function GuardTrips({ pipeline }: { readonly pipeline: Pipeline }) {
  const { data } = useGuardTrips(pipeline.name, pipeline.counts.guards > 0);
  return data?.items.map((trip) => <Trip key={trip.id} trip={trip} pipeline={pipeline} />);
}

function Trip({ trip, pipeline }: { readonly trip: GuardTrip; readonly pipeline: Pipeline }) {
  const [asked, setAsked] = useState<'release' | 'discard' | null>(null);
  const [shown, { toggle }] = useDisclosure(false);
  const label = sideLabel(pipeline, trip.side);
  const other = otherLabel(pipeline, trip.side);
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<IconShieldHalf size={19} />}
      className="notice notice-warn"
      title={strings.guards.title(trip, label)}
    >
      <Stack gap="xs">
        <Text size="sm">
          {strings.guards.held(trip.held, other)} <Ago at={trip.openedAt} />
        </Text>
        {shown && <GuardSample sample={trip.sample} />}
        <Group gap="xs">
          {trip.sample.length > 0 && (
            <Button size="xs" variant="subtle" onClick={toggle} aria-expanded={shown}>
              {shown ? strings.guards.hide : strings.guards.show(trip.sample.length)}
            </Button>
          )}
          <NeedsRole permission="ops:run" pipeline={pipeline.name} what={strings.guards.answering}>
            <Button size="xs" variant="default" onClick={() => setAsked('discard')}>
              {strings.guards.discard(label)}
            </Button>
            <Button size="xs" variant="default" onClick={() => setAsked('release')}>
              {strings.guards.release(other)}
            </Button>
          </NeedsRole>
        </Group>
      </Stack>
      {asked !== null && (
        <Answer trip={trip} pipeline={pipeline} answer={asked} onClose={() => setAsked(null)} />
      )}
    </Alert>
  );
}

interface AnswerProps {
  readonly trip: GuardTrip;
  readonly pipeline: Pipeline;
  readonly answer: 'release' | 'discard';
  readonly onClose: () => void;
}

/** Asks once more, with what will happen. The button does not answer to Enter in the field by accident: the field is not focused. */
function Answer({ trip, pipeline, answer, onClose }: AnswerProps) {
  const [note, setNote] = useState('');
  const client = useQueryClient();
  const label = sideLabel(pipeline, trip.side);
  const other = otherLabel(pipeline, trip.side);
  const sending = useMutation({
    mutationFn: () => answerGuard(pipeline.name, trip.id, answer, note.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.pipelines });
      tellDone(strings.guards.done);
      onClose();
    },
    onError: tellFailed,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  const does =
    answer === 'release'
      ? strings.guards.releaseDoes(trip, other)
      : strings.guards.discardDoes(trip, label, other);
  return (
    <Dialog title={strings.guards.title(trip, label)} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text>{does}</Text>
          <TextInput
            label={strings.guards.note}
            value={note}
            maxLength={2000}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {strings.pipeline.cancel}
            </Button>
            <Button type="submit" loading={sending.isPending}>
              {answer === 'release' ? strings.guards.release(other) : strings.guards.discard(label)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
