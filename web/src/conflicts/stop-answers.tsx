import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answerGuard, resume } from '../api/endpoints';
import { keys } from '../api/queries';
import type { Conflict } from '../api/types';
import { ariaShortcut } from '../keys/chord';
import { KeyCaps } from '../keys/key-caps';
import type { KeyAction } from '../keys/key-map';
import { useKeyTable } from '../keys/key-store';
import { useCommitKey } from '../keys/use-commit-key';
import { useKeys } from '../keys/use-keys';
import { Dialog } from '../states/dialog';
import { tellDone, tellFailed } from '../states/told';
import { strings } from '../strings';
import { queueStrings as words } from '../strings-queue';
import { useNeverKeys } from './never-keys';
import { PressGuard } from './press-guard';

/** One way to answer: a button and a key that open what it means; nothing is done before that is seen. */
interface Way {
  readonly action: KeyAction;
  readonly name: string;
  readonly does: string;
  readonly send: (note: string) => Promise<unknown>;
  /** A note can be kept with it. */
  readonly noted: boolean;
}

export interface StopAnswersProps {
  readonly conflict: Conflict;
  readonly onAnswered: () => void;
}

/** The answers to a guard or a halt, for whoever may run the pipeline. */
export function StopAnswers({ conflict, onAnswered }: StopAnswersProps) {
  const [asked, setAsked] = useState<Way | null>(null);
  const [guard] = useState(() => new PressGuard());
  // From when it is seen: it may have been drawn before.
  useEffect(() => guard.arm(), [guard]);
  const table = useKeyTable();
  const neverKeys = useNeverKeys();
  const ways = waysOf(conflict);
  const ask = (way: Way | undefined) => () => {
    if (way !== undefined && guard.isOpen()) setAsked(way);
  };
  useKeys({ ...(ways[0] && { takeA: ask(ways[0]) }), ...(ways[1] && { takeB: ask(ways[1]) }) });
  return (
    <>
      <ul className="choices">
        {ways.map((way) => {
          const key = table.keyFor(way.action);
          return (
            <li key={way.name} className="choice">
              <Button
                variant="default"
                justify="flex-start"
                fullWidth
                aria-keyshortcuts={ariaShortcut(key)}
                leftSection={key === undefined ? undefined : <KeyCaps keys={key} size="xs" />}
                onClick={ask(way)}
                {...neverKeys(key)}
              >
                <span className="choice-name">{way.name} …</span>
              </Button>
              <Text size="sm" c="dimmed" className="choice-effect">
                {way.does}
              </Text>
            </li>
          );
        })}
      </ul>
      {asked !== null && (
        <Confirm conflict={conflict} way={asked} onAnswered={onAnswered} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

interface ConfirmProps extends StopAnswersProps {
  readonly way: Way;
  readonly onClose: () => void;
}

/** Asks once more: it concerns many records. Ctrl+Enter, as for a value that is typed. */
function Confirm({ conflict, way, onAnswered, onClose }: ConfirmProps) {
  const [note, setNote] = useState('');
  const single = useKeyTable().single;
  const neverKeys = useNeverKeys();
  const client = useQueryClient();
  const sending = useMutation({
    mutationFn: () => way.send(note.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.pipelines });
      void client.invalidateQueries({ queryKey: keys.conflict(conflict.id) });
      tellDone(strings.guards.done);
      onClose();
      onAnswered();
    },
    onError: (error) => {
      // Somebody else may have answered meanwhile: the card says what became of it.
      void client.invalidateQueries({ queryKey: keys.conflict(conflict.id) });
      tellFailed(error);
    },
  });
  const commit = () => {
    if (!sending.isPending) sending.mutate();
  };
  useCommitKey(commit);
  return (
    <Dialog title={way.name} onClose={onClose}>
      <Stack gap="md">
        <Text>{way.does}</Text>
        {way.noted ? (
          <TextInput
            label={strings.guards.note}
            value={note}
            maxLength={2000}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        ) : (
          <Text size="sm" c="dimmed">
            {words.goesOn}
          </Text>
        )}
        <Group justify="space-between" gap="sm">
          <Text size="xs" c="dimmed">
            {strings.card.whole.hint}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {strings.pipeline.cancel}
            </Button>
            <Button
              loading={sending.isPending}
              onClick={commit}
              {...neverKeys(single ? 'Mod+Enter' : undefined)}
            >
              {way.name}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Dialog>
  );
}

const KEYS = ['takeA', 'takeB'] as const;

function waysOf(conflict: Conflict): readonly Way[] {
  const { guard, halt, pipeline, systems } = conflict;
  if (conflict.state === 'closed') return [];
  if (guard !== null) {
    const trip = { ...guard, kind: guard.guard };
    const [label, other] = [systems[guard.side], systems[guard.side === 'A' ? 'B' : 'A']];
    const said = strings.guards;
    return [
      {
        action: 'takeA',
        name: said.release(other),
        does: said.releaseDoes(trip, other),
        send: (note) => answerGuard(pipeline, guard.id, 'release', note),
        noted: true,
      },
      {
        action: 'takeB',
        name: said.discard(label),
        does: said.discardDoes(trip, label, other),
        send: (note) => answerGuard(pipeline, guard.id, 'discard', note),
        noted: true,
      },
    ];
  }
  if (halt === null) return [];
  const label = halt.restored.map((side) => systems[side]).join(', ');
  return halt.choices.map((choice, i) => ({
    action: KEYS[i] ?? 'takeA',
    name: choice === 'resume' ? words.resume : strings.guards.restored[choice](label),
    does: choice === 'resume' ? words.resumeDoes : strings.guards.restored.does[choice](label),
    send: () => resume(pipeline, null, choice === 'resume' ? null : choice),
    noted: false,
  }));
}
