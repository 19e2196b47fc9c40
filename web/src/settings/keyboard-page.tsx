import { Button, FileButton, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { saveFile } from '../format/save-file';
import { keyLabel } from '../keys/chord';
import { CaptureKey } from '../keys/capture-key';
import { KeyCaps } from '../keys/key-caps';
import { defaultKeys, type KeyAction, type KeyGroup } from '../keys/key-map';
import { keyStore, useKeyTable } from '../keys/key-store';
import type { KeyTable } from '../keys/key-table';
import { tellDone, tellFailed } from '../states/told';
import { strings } from '../strings';

const words = strings.keys.settings;
const groups = Object.keys(strings.keys.groups) as KeyGroup[];

/** The whole keyboard: switched off, changed, taken along. */
export function KeyboardPage() {
  const table = useKeyTable();
  const [changing, setChanging] = useState<KeyAction | null>(null);
  const bring = (file: File | null) => {
    file?.text().then(
      (text) => {
        try {
          tellDone(words.imported(keyStore.import(text)));
        } catch (error) {
          tellFailed(error as Error);
        }
      },
      (error: unknown) => tellFailed(error as Error),
    );
  };
  return (
    <Stack gap="lg">
      <section className="panel">
        <Title order={2}>{words.title}</Title>
        <Switch
          checked={table.single}
          onChange={(event) => keyStore.setSingle(event.currentTarget.checked)}
          label={strings.keys.on}
          {...(!table.single && { description: strings.keys.offHint })}
        />
        <Text size="sm" c="dimmed">
          {words.lead} {strings.keys.never}
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={15} aria-hidden />}
            onClick={() => saveFile('accord-keys.json', 'application/json', keyStore.export())}
          >
            {words.export}
          </Button>
          <FileButton
            accept="application/json,.json"
            onChange={bring}
            inputProps={{ 'aria-label': words.import }}
          >
            {(props) => (
              <Button
                {...props}
                size="xs"
                variant="default"
                leftSection={<IconUpload size={15} aria-hidden />}
              >
                {words.import}
              </Button>
            )}
          </FileButton>
          {table.bindings.some(({ own }) => own) && (
            <Button
              size="xs"
              variant="subtle"
              onClick={() => {
                keyStore.reset();
                tellDone(words.resetDone);
              }}
            >
              {words.resetAll}
            </Button>
          )}
        </Group>
      </section>
      {groups
        .filter((group) => table.bindings.some((binding) => binding.group === group))
        .map((group) => (
          <section key={group} className="panel">
            <Title order={3} size="md">
              {strings.keys.groups[group]}
            </Title>
            <KeyRows table={table} group={group} onChange={setChanging} />
          </section>
        ))}
      {changing !== null && (
        <CaptureKey key={changing} action={changing} table={table} onClose={() => setChanging(null)} />
      )}
    </Stack>
  );
}

interface KeyRowsProps {
  readonly table: KeyTable;
  readonly group: KeyGroup;
  readonly onChange: (action: KeyAction) => void;
}

function KeyRows({ table, group, onChange }: KeyRowsProps) {
  return (
    <ul className="key-rows">
      {table.bindings
        .filter((binding) => binding.group === group)
        .map(({ action, keys, own }) => {
          const name = strings.keys.actions[action];
          return (
            <li key={action} className="key-row">
              <span className="key-row-name">{name}</span>
              <span className="key-row-keys">
                {keys.length === 0 && (
                  <Text size="sm" c="dimmed" component="span">
                    {words.none}
                  </Text>
                )}
                {keys.map((one) => (
                  <KeyCaps key={one} keys={one} />
                ))}
                {own && (
                  <Text size="xs" c="dimmed" component="span">
                    {words.own(usual(action))}
                  </Text>
                )}
              </span>
              <Group gap={4} wrap="nowrap">
                {own && (
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    aria-label={words.resetOf(name)}
                    onClick={() => keyStore.reset(action)}
                  >
                    {words.reset}
                  </Button>
                )}
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={words.changeOf(name)}
                  onClick={() => onChange(action)}
                >
                  {words.change}
                </Button>
              </Group>
            </li>
          );
        })}
    </ul>
  );
}

function usual(action: KeyAction): string {
  const keys = defaultKeys.find((binding) => binding.action === action)?.keys ?? [];
  return keys.map(keyLabel).join(` ${strings.keys.or} `);
}
