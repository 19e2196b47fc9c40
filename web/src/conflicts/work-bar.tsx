import { Button, Group, Select } from '@mantine/core';
import { memo, Suspense, useState } from 'react';
import { useMay, useMe } from '../access/session';
import { changeWork, claim, releaseClaim, unsnooze, type Priority } from '../api/queue';
import type { Conflict } from '../api/types';
import { KeyOf } from '../keys/key-caps';
import { useKeys } from '../keys/use-keys';
import { lazily } from '../states/lazily';
import { queueStrings as words } from '../strings-queue';
import { OpinionAsked } from './opinion-asked';
import { useWorkAct } from './use-work-act';
import type { WorkAct } from './work-act';
import { WorkFacts } from './work-facts';

const WorkDialog = lazily(async () => (await import('./work-dialog')).WorkDialog);
const DueDialog = lazily(async () => (await import('./due-dialog')).DueDialog);
const OpinionDialog = lazily(async () => (await import('./opinion-dialog')).OpinionDialog);

const priorities = ['urgent', 'high', 'normal', 'low', 'rule'] as const;

export interface WorkBarProps {
  readonly conflict: Conflict;
  /** Tag of the values that the card shows. */
  readonly seen: string;
}

/** Who has the item, until when, and what can be done with it besides deciding. */
export const WorkBar = memo(function WorkBar({ conflict, seen }: WorkBarProps) {
  const [act, setAct] = useState<WorkAct | null>(null);
  const me = useMe();
  const may = useMay('conflicts:resolve', conflict.pipeline);
  const { work } = conflict;
  const { asked } = work;
  const mine = work.claim !== null && work.claim.by.id === me?.id;
  const doing = useWorkAct(conflict);
  const toggleClaim = () => doing.mutate(() => (mine ? releaseClaim(conflict.id) : claim(conflict.id)));
  const open = conflict.state === 'open' || conflict.state === 'snoozed';
  const acts = may && open;
  const answers =
    acts && asked !== null && asked.by?.id !== me?.id && (asked.of === null || asked.of.id === me?.id);
  const ask = () => setAct(answers ? 'opinion' : 'ask');
  useKeys({
    ...(acts && {
      assign: () => setAct('assign'),
      claim: toggleClaim,
      snooze: () => setAct('snooze'),
      ask,
      note: () => setAct('note'),
      due: () => setAct('due'),
    }),
  });
  const close = () => setAct(null);
  return (
    <div className="work">
      {asked !== null && (
        <OpinionAsked asked={asked} {...(answers && { onAnswer: () => setAct('opinion') })} />
      )}
      <WorkFacts work={work} />
      {acts && (
        <Group gap={6}>
          <Act name={mine ? words.release : words.claim} action="claim" onClick={toggleClaim} />
          <Act name={words.assign} action="assign" onClick={() => setAct('assign')} />
          {conflict.state === 'snoozed' ? (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => doing.mutate(() => unsnooze(conflict.id))}
            >
              {words.wake}
            </Button>
          ) : (
            <Act name={words.snooze} action="snooze" onClick={() => setAct('snooze')} />
          )}
          <Act name={words.due} action="due" onClick={() => setAct('due')} />
          <Act name={words.ask} {...(!answers && { action: 'ask' })} onClick={() => setAct('ask')} />
          <Act name={words.note} action="note" onClick={() => setAct('note')} />
          <Select
            size="xs"
            w={150}
            aria-label={words.priority}
            allowDeselect={false}
            value={work.priorityBy === 'rule' ? 'rule' : work.priority}
            data={priorities.map((value) => ({
              value,
              label:
                value === 'rule'
                  ? `${words.priority}: ${words.priorities[work.priority] ?? ''}`
                  : (words.priorities[value] ?? value),
            }))}
            onChange={(value) =>
              doing.mutate(() =>
                changeWork(conflict.id, work.etag, { priority: (value ?? 'rule') as Priority | 'rule' }),
              )
            }
          />
        </Group>
      )}
      {act !== null && (
        <Suspense>
          {act === 'due' ? (
            <DueDialog conflict={conflict} onClose={close} />
          ) : act === 'opinion' ? (
            <OpinionDialog conflict={conflict} seen={seen} onClose={close} />
          ) : (
            <WorkDialog conflict={conflict} act={act} onClose={close} />
          )}
        </Suspense>
      )}
    </div>
  );
});

interface ActProps {
  readonly name: string;
  readonly action?: 'assign' | 'claim' | 'snooze' | 'ask' | 'note' | 'due';
  readonly onClick: () => void;
}

function Act({ name, action, onClick }: ActProps) {
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={onClick}
      rightSection={action === undefined ? undefined : <KeyOf action={action} size="xs" />}
    >
      {name}
    </Button>
  );
}
