import { Anchor, Button, Group, Text, Title } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import type { Conflict } from '../api/types';
import { KeyOf } from '../keys/key-caps';
import { strings } from '../strings';
import { choicesOf } from './choices';
import { sameRecord } from './same-record';
import { unitName } from './unit-name';

const all = ['allA', 'allB', 'allBase', 'allMerged'] as const;

export interface SiblingsProps {
  readonly conflict: Conflict;
  /** Absent where this one cannot be decided now. */
  readonly onWhole?: (way: 0 | 1 | 2 | 3) => void;
}

/** The other conflicts of the same record: often they belong to one story, and are decided as one. */
export function Siblings({ conflict, onWhole }: SiblingsProps) {
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
      {onWhole !== undefined && sameRecord(conflict).length > 0 && (
        <Group gap={6} mt={8}>
          <Text size="sm">{strings.card.whole.all(sameRecord(conflict).length + 1)}</Text>
          {choicesOf(conflict).map(({ take, name }, way) => {
            const action = all[way];
            return action === undefined ? null : (
              <Button
                key={take}
                size="compact-sm"
                variant="default"
                rightSection={<KeyOf action={action} size="xs" />}
                onClick={() => onWhole(way as 0 | 1 | 2 | 3)}
              >
                {name} …
              </Button>
            );
          })}
        </Group>
      )}
    </section>
  );
}
