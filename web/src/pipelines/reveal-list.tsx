import { Button } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { may, useMe } from '../access/session';
import { listId } from '../api/revealed';
import { useReveal } from '../conflicts/use-reveal';
import { strings } from '../strings';

export interface RevealListProps {
  readonly list: 'load' | 'dead-letters';
  /** Those in whose answers something is covered. */
  readonly pipelines: readonly string[];
}

/** Shows what is personal in lists of pipelines; for whoever may see it there. */
export function RevealList({ list, pipelines }: RevealListProps) {
  const me = useMe();
  const reveal = useReveal();
  const shown = pipelines.filter((name) => may(me, 'personal:read', name));
  if (shown.length === 0) return null;
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconEyeOff size={16} aria-hidden />}
        onClick={() => reveal(shown.map((name) => listId(name, list)))}
      >
        {strings.record.reveal}
      </Button>
    </div>
  );
}
