import { Button, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useMay } from '../access/session';
import { listPeople, type Person } from '../api/access';
import { exact } from '../format/time';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import type { LinkFor } from './link-for';
import { peopleKey } from './people-key';
import { PersonEntry } from './person-entry';
import { PersonForm } from './person-form';
import { ShownOnce } from './shown-once';

const words = strings.access;
const texts = words.people;

export function PeoplePage() {
  const may = useMay('people:manage');
  if (!may) return <Text>{words.nobodyElse}</Text>;
  return <People />;
}

function People() {
  const query = useQuery({
    queryKey: peopleKey,
    queryFn: async ({ signal }) => (await listPeople(signal)).data,
  });
  const [editing, setEditing] = useState<Person | 'new' | null>(null);
  const [made, setMade] = useState<LinkFor | null>(null);
  return (
    <section className="panel">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2}>{words.settings.people}</Title>
          <Text size="sm" c="dimmed">
            {texts.lead}
          </Text>
        </div>
        <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>
          {texts.invite}
        </Button>
      </Group>
      <QueryState query={query} lines={4}>
        {({ items }) => (
          <ul className="plain-list entries">
            {items.map((person) => (
              <PersonEntry
                key={person.id}
                person={person}
                onEdit={() => setEditing(person)}
                onLink={setMade}
              />
            ))}
          </ul>
        )}
      </QueryState>
      {editing !== null && (
        <PersonForm
          person={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onInvited={(link) => {
            setEditing(null);
            setMade(link);
          }}
        />
      )}
      {made !== null && (
        <ShownOnce
          title={texts.linkTitle}
          hint={texts.linkHint(made.name)}
          secret={made.link.address}
          onClose={() => setMade(null)}
        >
          {made.link.mailedTo !== null && <Text size="sm">{texts.mailed(made.link.mailedTo)}</Text>}
          <Text size="sm" c="dimmed">
            {texts.until} {exact(made.link.expiresAt).split(' · ')[0]}
          </Text>
        </ShownOnce>
      )}
    </section>
  );
}
