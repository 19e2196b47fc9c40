import { Alert, Button, Group, Text } from '@mantine/core';
import { IconMessageQuestion } from '@tabler/icons-react';
import type { Work } from '../api/work-types';
import { Ago } from '../format/time';
import { KeyOf } from '../keys/key-caps';
import { queueStrings as words } from '../strings-queue';

export interface OpinionAskedProps {
  readonly asked: NonNullable<Work['asked']>;
  /** Absent for whoever asked, was not asked, or may not. */
  readonly onAnswer?: () => void;
}

/** Who asks whom for a second opinion, and what. */
export function OpinionAsked({ asked, onAnswer }: OpinionAskedProps) {
  return (
    <Alert color="ink" variant="light" py="xs" icon={<IconMessageQuestion size={19} />}>
      <Text size="sm">
        {words.asks(asked.by?.name ?? null, asked.of?.name ?? null)} · <Ago at={asked.at} />
      </Text>
      {asked.question !== null && (
        <Text size="sm" className="said">
          {asked.question}
        </Text>
      )}
      {onAnswer !== undefined && (
        <Group mt={6}>
          <Button
            size="compact-sm"
            variant="default"
            rightSection={<KeyOf action="ask" size="xs" />}
            onClick={onAnswer}
          >
            {words.answerOpinion}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
