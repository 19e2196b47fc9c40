import { Alert, Button, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { NeedsRole } from '../access/needs-role';
import { ariaShortcut } from '../keys/chord';
import { KeyOf } from '../keys/key-caps';
import { useKeyTable } from '../keys/key-store';
import { queueStrings as words } from '../strings-queue';

export interface CoveredProps {
  readonly pipeline: string;
  readonly onReveal: () => void;
}

/** In place of values that are personal data: what was not seen is not decided. */
export function Covered({ pipeline, onReveal }: CoveredProps) {
  const key = useKeyTable().keyFor('reveal');
  return (
    <Alert color="gray" variant="light" icon={<IconEyeOff size={19} />} title={words.personal}>
      <NeedsRole permission="personal:read" pipeline={pipeline} what={words.revealing}>
        <Text size="sm" mb={8}>
          {words.personalHint}
        </Text>
        <Button
          size="xs"
          variant="default"
          aria-keyshortcuts={ariaShortcut(key)}
          rightSection={<KeyOf action="reveal" size="xs" />}
          onClick={onReveal}
        >
          {words.reveal}
        </Button>
      </NeedsRole>
    </Alert>
  );
}
