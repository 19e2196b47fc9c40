import { Badge, Button, Group, Select, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { useMay, useMe } from '../access/session';
import { changeWork, claim, releaseClaim, unsnooze, type Priority } from '../api/queue';
import { keys } from '../api/queries';
import type { Conflict, Work } from '../api/types';
import { Ago, useNow } from '../format/time';
import { KeyOf } from '../keys/key-caps';
import { useKeys } from '../keys/use-keys';
import { lazily } from '../states/lazily';
import { tellFailed } from '../states/told';
import { queueStrings as words } from '../strings-queue';
import type { WorkAct } from './work-act';

const WorkDialog = lazily(async () => (await import('./work-dialog')).WorkDialog);

const priorities = ['urgent', 'high', 'normal', 'low', 'rule'] as const;

/** Who has the item, until when, and what can be done with it besides deciding. */
export function WorkBar({ conflict }: { readonly conflict: Conflict }) {
  const [asked, setAsked] = useState<WorkAct | null>(null);
  const client = useQueryClient();
  const me = useMe();
  const may = useMay('conflicts:resolve', conflict.pipeline);
  const { work } = conflict;
  const mine = work.claim !== null && work.claim.by.id === me?.id;
  const doing = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.conflict(conflict.id) }),
    onError: tellFailed,
  });
  const toggleClaim = () => doing.mutate(() => (mine ? releaseClaim(conflict.id) : claim(conflict.id)));
  const open = conflict.state === 'open' || conflict.state === 'snoozed';
  const acts = may && open;
  useKeys({
    ...(acts && {
      assign: () => setAsked('assign'),
      claim: toggleClaim,
      snooze: () => setAsked('snooze'),
      ask: () => setAsked('ask'),
      note: () => setAsked('note'),
    }),
  });
  return (
    <div className="work">
      <WorkFacts work={work} />
      {acts && (
        <Group gap={6}>
          <Act name={mine ? words.release : words.claim} action="claim" onClick={toggleClaim} />
          <Act name={words.assign} action="assign" onClick={() => setAsked('assign')} />
          {conflict.state === 'snoozed' ? (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => doing.mutate(() => unsnooze(conflict.id))}
            >
              {words.wake}
            </Button>
          ) : (
            <Act name={words.snooze} action="snooze" onClick={() => setAsked('snooze')} />
          )}
          <Act name={words.ask} action="ask" onClick={() => setAsked('ask')} />
          <Act name={words.note} action="note" onClick={() => setAsked('note')} />
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
      {asked !== null && (
        <Suspense>
          <WorkDialog conflict={conflict} act={asked} onClose={() => setAsked(null)} />
        </Suspense>
      )}
    </div>
  );
}

interface ActProps {
  readonly name: string;
  readonly action: 'assign' | 'claim' | 'snooze' | 'ask' | 'note';
  readonly onClick: () => void;
}

function Act({ name, action, onClick }: ActProps) {
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={onClick}
      rightSection={<KeyOf action={action} size="xs" />}
    >
      {name}
    </Button>
  );
}

function WorkFacts({ work }: { readonly work: Work }) {
  const now = useNow(10_000);
  const late = work.dueAt !== null && Date.parse(work.dueAt) < now;
  return (
    <Group gap={8}>
      <Text size="sm" c="dimmed">
        {words.assignee} {work.assignee?.name ?? words.nobody}
      </Text>
      {work.dueAt !== null && (
        <Badge color={late ? 'red' : 'gray'}>
          {late ? words.overdue : words.due} <Ago at={work.dueAt} />
        </Badge>
      )}
      {work.claim !== null && <Badge color="ink">{words.claimedBy(work.claim.by.name)}</Badge>}
      {work.turn !== null && <Badge color="gray">{words.turn(work.turn.name)}</Badge>}
      {work.asked !== null && <Badge color="gray">{words.asked(work.asked.of?.name ?? null)}</Badge>}
      {work.snooze !== null && (
        <Badge color="gray">
          {work.snooze.until === null ? (
            words.snoozedChange
          ) : (
            <>
              {words.snoozedUntil} <Ago at={work.snooze.until} />
            </>
          )}
        </Badge>
      )}
    </Group>
  );
}
