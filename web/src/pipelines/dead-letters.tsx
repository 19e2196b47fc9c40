import { Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useDeadLetters } from '../api/queries';
import type { Pipeline } from '../api/types';
import { LetterGroup } from '../dead-letters/letter-group';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { RevealList } from './reveal-list';

/** Values that a side refused, grouped by cause, each group with a retry. */
export function DeadLetters({ pipeline }: { readonly pipeline: Pipeline }) {
  const query = useDeadLetters(pipeline.name);
  return (
    <section className="panel" id="blocked">
      <Title order={2}>{strings.deadLetters.title}</Title>
      <QueryState query={query} lines={2}>
        {({ items, covered }) =>
          items.length === 0 ? (
            <Text c="dimmed" className="with-icon">
              <IconCircleCheck size={18} aria-hidden /> {strings.deadLetters.none}
            </Text>
          ) : (
            <>
              <Text size="sm" c="dimmed">
                {strings.deadLetters.lead}
              </Text>
              {covered && <RevealList list="dead-letters" pipelines={[pipeline.name]} />}
              <ul className="letters">
                {items.map((group) => (
                  <LetterGroup
                    key={`${group.code} ${group.unit} ${group.side}`}
                    group={group}
                    pipeline={pipeline}
                  />
                ))}
              </ul>
            </>
          )
        }
      </QueryState>
    </section>
  );
}
