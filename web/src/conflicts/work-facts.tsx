import { Badge, Group, Text } from '@mantine/core';
import type { Work } from '../api/work-types';
import { useNow } from '../format/beat';
import { Ago } from '../format/time';
import { queueStrings as words } from '../strings-queue';

/** Who has it, until when it is to be decided, and who does what with it now. */
export function WorkFacts({ work }: { readonly work: Work }) {
  const now = useNow(10_000);
  const late = work.dueAt !== null && Date.parse(work.dueAt) < now;
  return (
    <Group gap={8}>
      <Text size="sm" c="dimmed">
        {words.assignee} {work.assignee?.name ?? words.nobody}
      </Text>
      {work.dueAt !== null && (
        <Badge color={late ? 'red' : 'gray'}>
          {late ? words.overdue : words.dueIn} <Ago at={work.dueAt} />
        </Badge>
      )}
      {work.dueAt !== null && work.dueBy === 'rule' && work.businessHours !== null && (
        <Text size="sm" c="dimmed">
          {words.hours(work.businessHours)}
        </Text>
      )}
      {work.claim !== null && <Badge color="ink">{words.claimedBy(work.claim.by.name)}</Badge>}
      {work.turn !== null && <Badge color="gray">{words.turn(work.turn.name)}</Badge>}
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
