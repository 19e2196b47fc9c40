import { Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';

const words = strings.access.people;

export interface ShownOnceProps {
  readonly title: string;
  readonly hint: string;
  readonly secret: string;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** A secret that the service does not show again. It goes away by the button alone, not by a click beside it. */
export function ShownOnce({ title, hint, secret, onClose, children }: ShownOnceProps) {
  return (
    <Dialog title={title} onClose={null}>
      <Stack gap="md">
        <Text size="sm">{hint}</Text>
        <Code block className="secret">
          {secret}
        </Code>
        {children}
        <Group justify="flex-end" gap="xs">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                onClick={copy}
                data-autofocus
              >
                {copied ? words.copied : words.copy}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>{words.done}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
