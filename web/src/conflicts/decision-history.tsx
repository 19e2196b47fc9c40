import { Text, Title } from '@mantine/core';
import { memo } from 'react';
import type { Conflict } from '../api/types';
import { Ago } from '../format/time';
import { strings } from '../strings';

export const DecisionHistory = memo(function DecisionHistory({ conflict }: { readonly conflict: Conflict }) {
  if (conflict.decisions.length === 0) return null;
  const name = (take: string) =>
    take === 'a'
      ? conflict.systems.A
      : take === 'b'
        ? conflict.systems.B
        : (strings.card.takeNames[take as keyof typeof strings.card.takeNames] ?? take);
  return (
    <section>
      <Title order={2} size="sm" mb={4}>
        {strings.card.history}
      </Title>
      <ul className="plain-list">
        {conflict.decisions.map((decision) => (
          <li key={decision.id}>
            <Text size="sm" c="dimmed">
              {decision.by}: {name(decision.take)} · {decision.outcome} · <Ago at={decision.at} />
              {decision.note !== undefined &&
                decision.note !== null &&
                decision.note !== '' &&
                ` · “${decision.note}”`}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
});
