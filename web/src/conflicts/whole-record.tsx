import { Alert, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Answer } from '../api/client';
import { getConflict } from '../api/endpoints';
import { revealOf } from '../api/revealed';
import type { Conflict } from '../api/types';
import { useKeyTable } from '../keys/key-store';
import { useCommitKey } from '../keys/use-commit-key';
import { Dialog } from '../states/dialog';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { queueStrings } from '../strings-queue';
import { ValueView } from '../value/value-view';
import { choicesOf, type Choice } from './choices';
import { Covered } from './covered';
import { useNeverKeys } from './never-keys';
import { sameRecord } from './same-record';
import { unitName } from './unit-name';
import type { Choosings } from './use-decide';
import { useReveal } from './use-reveal';

const words = strings.card.whole;

export interface WholeRecordProps {
  /** The card as it is shown. */
  readonly shown: Answer<Conflict>;
  /** Which of the four ways to decide. */
  readonly way: 0 | 1 | 2 | 3;
  readonly onCommit: (chosen: Choosings, label: string) => void;
  readonly onClose: () => void;
}

/** The same choice for every open field of the record, once all of them are seen with what each gets. All are decided, or none. */
export function WholeRecord({ shown, way, onCommit, onClose }: WholeRecordProps) {
  const others = sameRecord(shown.data);
  const query = useQuery({
    queryKey: ['whole-record', shown.data.id, others.map(({ etag }) => etag)] as const,
    queryFn: ({ signal }) => Promise.all(others.map(({ id }) => getConflict(id, revealOf(id), signal))),
    // What is decided is what is read here.
    staleTime: Infinity,
    gcTime: 0,
  });
  const name = choicesOf(shown.data)[way]?.name ?? '';
  return (
    <Dialog title={words.title(name)} onClose={onClose} size="lg">
      <QueryState query={query} lines={3}>
        {(siblings) => (
          <Parts
            title={shown.data.title}
            conflicts={[shown, ...siblings]}
            way={way}
            onClose={onClose}
            onCommit={onCommit}
          />
        )}
      </QueryState>
    </Dialog>
  );
}

interface PartsProps extends Pick<WholeRecordProps, 'way' | 'onCommit' | 'onClose'> {
  readonly title: string;
  readonly conflicts: readonly [Answer<Conflict>, ...Answer<Conflict>[]];
}

function Parts({ title, conflicts, way, onCommit, onClose }: PartsProps) {
  const [sent, setSent] = useState(false);
  const single = useKeyTable().single;
  const neverKeys = useNeverKeys();
  const reveal = useReveal();
  const covered = conflicts.map(({ data }) => data).filter((one) => one.personal && one.covered);
  const parts = conflicts.map((shown) => ({ shown, choice: choicesOf(shown.data)[way] }));
  const blocked = parts.filter(({ choice }) => choice?.available !== true);
  const commit = () => {
    const [first, ...rest] = parts.flatMap(({ shown, choice }) =>
      choice?.available === true ? [{ shown, input: { take: choice.take } }] : [],
    );
    if (first === undefined || blocked.length > 0 || covered.length > 0 || sent) return;
    setSent(true);
    onCommit([first, ...rest], words.taken(parts[0]?.choice?.taken ?? '', parts.length));
  };
  useCommitKey(commit);
  return (
    <Stack gap="md">
      <Text size="sm">{words.lead(title, parts.length)}</Text>
      {covered.length > 0 && (
        <Covered pipeline={covered[0]?.pipeline ?? ''} onReveal={() => reveal(covered.map(({ id }) => id))} />
      )}
      <ul className="whole-parts">
        {parts.map(({ shown: { data }, choice }) => (
          <Part key={data.id} conflict={data} choice={choice} covered={covered.includes(data)} />
        ))}
      </ul>
      {blocked.length > 0 && (
        <Alert color="yellow" variant="light" role="status">
          {words.blocked(blocked.map(({ shown }) => unitName(shown.data.unit)).join(', '))}
        </Alert>
      )}
      <Group justify="space-between" gap="sm">
        <Text size="xs" c="dimmed">
          {words.hint}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            {strings.other.cancel}
          </Button>
          <Button
            disabled={blocked.length > 0 || covered.length > 0 || sent}
            onClick={commit}
            {...neverKeys(single ? 'Mod+Enter' : undefined)}
          >
            {words.commit(parts.length)}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

interface PartProps {
  readonly conflict: Conflict;
  readonly choice: Choice | undefined;
  readonly covered: boolean;
}

function Part({ conflict, choice, covered }: PartProps) {
  const available = choice?.available === true;
  return (
    <li className="whole-part">
      <div className="whole-part-head">
        <strong>{unitName(conflict.unit)}</strong>
        {!available && <Badge color="orange">{words.cannot}</Badge>}
      </div>
      {available ? (
        <>
          {covered ? (
            <span className="value-blank">{queueStrings.covered}</span>
          ) : (
            <ValueView value={choice.value} against={conflict.base?.value} />
          )}
          <Text size="sm" c="dimmed">
            {choice.effect}
          </Text>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {strings.card.unavailable[choice?.take ?? 'a']}
        </Text>
      )}
    </li>
  );
}
