import { Button, Group, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { giveOpinion, type Opinion } from '../api/queue';
import type { Conflict } from '../api/types';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';
import { queueStrings as words } from '../strings-queue';
import { choicesOf } from './choices';
import { useWorkAct } from './use-work-act';

export interface OpinionDialogProps {
  readonly conflict: Conflict;
  /** Tag of what the card shows: the opinion is on that. */
  readonly seen: string;
  readonly onClose: () => void;
}

/** What somebody who was asked would choose. Decides nothing. */
export function OpinionDialog({ conflict, seen, onClose }: OpinionDialogProps) {
  const [tag] = useState(seen);
  const [take, setTake] = useState('');
  const [text, setText] = useState('');
  const sending = useWorkAct(conflict, onClose);
  const ways = opinionsOn(conflict);
  const question = conflict.work.asked?.question ?? null;
  const said = text.trim();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    sending.mutate(() =>
      giveOpinion(conflict.id, tag, ways.find((way) => way.take === take)?.take ?? null, said),
    );
  };
  return (
    <Dialog title={words.opinion} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {question !== null && <Text className="said">{question}</Text>}
          <Radio.Group label={words.wouldTake} value={take} onChange={setTake}>
            <Stack gap={8} mt={8}>
              {ways.map((way, i) => (
                <Radio
                  key={way.take}
                  value={way.take}
                  label={way.name}
                  data-autofocus={i === 0 || undefined}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={words.text}
            value={text}
            autosize
            minRows={2}
            maxLength={4000}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group justify="space-between" gap="xs">
            <Text size="xs" c="dimmed">
              {words.decidesNothing}
            </Text>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                {words.cancel}
              </Button>
              <Button type="submit" loading={sending.isPending} disabled={take === '' && said === ''}>
                {words.save}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function opinionsOn(conflict: Conflict): readonly { readonly take: Opinion; readonly name: string }[] {
  if (conflict.guard !== null) {
    const { side } = conflict.guard;
    return [
      { take: 'release', name: strings.guards.release(conflict.systems[side === 'A' ? 'B' : 'A']) },
      { take: 'discard', name: strings.guards.discard(conflict.systems[side]) },
    ];
  }
  if (conflict.halt !== null) return [];
  const ways = choicesOf(conflict).filter(({ available }) => available);
  // Of several records that it may be the same as, words say which.
  return ways.filter(({ take }, i) => ways.findIndex((way) => way.take === take) === i);
}
