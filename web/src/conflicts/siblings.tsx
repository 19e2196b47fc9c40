import { Anchor, Text, Title } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import type { Conflict } from '../api/types';
import { strings } from '../strings';
import { unitName } from './unit-name';

/** The other conflicts of the same record: often they belong to one story. */
export function Siblings({ conflict }: { readonly conflict: Conflict }) {
  const { search } = useLocation();
  if (conflict.others.length === 0) return null;
  return (
    <section>
      <Title order={2} size="sm" mb={4}>
        {strings.card.others}
      </Title>
      <ul className="plain-list">
        {conflict.others.map((other) => (
          <li key={other.id}>
            <Anchor component={Link} to={{ pathname: `/conflicts/${other.id}`, search }} size="sm">
              {unitName(other.unit)}
            </Anchor>{' '}
            <Text span size="sm" c="dimmed">
              {other.reason}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}
