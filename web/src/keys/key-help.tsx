import { Anchor, Group, SimpleGrid, Stack, Switch, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';
import { commands } from './commands';
import { KeyCaps } from './key-caps';
import type { KeyGroup } from './key-map';
import { keyStore, useKeyTable } from './key-store';

const groups = Object.keys(strings.keys.groups) as KeyGroup[];

/** The keys that do something on the screen below. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const table = useKeyTable();
  const here = table.bindings.filter(({ action, keys }) => keys.length > 0 && commands.has(action));
  const words = strings.keys;
  return (
    <Dialog title={words.title} onClose={onClose} size="lg">
      <Stack gap="lg">
        <Switch
          checked={table.single}
          onChange={(event) => keyStore.setSingle(event.currentTarget.checked)}
          label={words.on}
          {...(!table.single && { description: words.offHint })}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xl">
          {groups
            .filter((group) => here.some((binding) => binding.group === group))
            .map((group) => (
              <section key={group}>
                <Title order={3} size="sm" mb={6}>
                  {words.groups[group]}
                </Title>
                <Stack gap={6} component="dl" m={0}>
                  {here
                    .filter((binding) => binding.group === group)
                    .map((binding) => (
                      <Group key={binding.action} gap="sm" wrap="nowrap" align="baseline">
                        <dt className="key-names">
                          {binding.keys.map((keys) => (
                            <KeyCaps key={keys} keys={keys} />
                          ))}
                        </dt>
                        <dd className="key-meaning">{words.actions[binding.action]}</dd>
                      </Group>
                    ))}
                </Stack>
              </section>
            ))}
        </SimpleGrid>
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed">
            {words.here} {words.never}
          </Text>
          <Anchor component={Link} to="/settings/keyboard" size="sm" onClick={onClose}>
            {words.all}
          </Anchor>
        </Group>
      </Stack>
    </Dialog>
  );
}
