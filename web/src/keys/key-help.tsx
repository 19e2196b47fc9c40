import { Group, Kbd, SimpleGrid, Stack, Switch, Text, Title } from '@mantine/core';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';
import { keyLabel, keyMap } from './key-map';
import { useKeysEnabled } from './keys-enabled';

const groups = Object.keys(strings.keys.groups) as (keyof typeof strings.keys.groups)[];

export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const [enabled, setEnabled] = useKeysEnabled();
  return (
    <Dialog title={strings.keys.title} onClose={onClose} size="lg">
      <Stack gap="lg">
        <Switch
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
          label={strings.keys.on}
          {...(!enabled && { description: strings.keys.offHint })}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xl">
          {groups.map((group) => (
            <section key={group}>
              <Title order={3} size="sm" mb={6}>
                {strings.keys.groups[group]}
              </Title>
              <Stack gap={6} component="dl" m={0}>
                {keyMap
                  .filter((binding) => binding.group === group)
                  .map((binding) => (
                    <Group key={binding.action} gap="sm" wrap="nowrap" align="baseline">
                      <dt className="key-names">
                        {binding.keys.map((key) => (
                          <Kbd key={key}>{keyLabel(key)}</Kbd>
                        ))}
                      </dt>
                      <dd className="key-meaning">{strings.keys.actions[binding.action]}</dd>
                    </Group>
                  ))}
              </Stack>
            </section>
          ))}
        </SimpleGrid>
        <Text size="sm" c="dimmed">
          {strings.keys.never}
        </Text>
      </Stack>
    </Dialog>
  );
}
