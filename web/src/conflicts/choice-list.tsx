import { Button, Text } from '@mantine/core';
import type { MouseEvent } from 'react';
import { ariaShortcut } from '../keys/chord';
import { KeyCaps } from '../keys/key-caps';
import { useKeyTable } from '../keys/key-store';
import { SideBadge } from '../shell/side-badge';
import { strings } from '../strings';
import type { Choice } from './choices';
import { useNeverKeys } from './never-keys';

export interface ChoiceListProps {
  readonly choices: readonly Choice[];
  readonly disabled: boolean;
  readonly onTake: (choice: Choice) => void;
  /** Absent where no other answer can be given. */
  readonly onOther?: () => void;
}

/** The ways to decide, in the order of the rows above, each with what it will write. None is preselected. */
export function ChoiceList({ choices, disabled, onTake, onOther }: ChoiceListProps) {
  const table = useKeyTable();
  const neverKeys = useNeverKeys();
  const other = table.keyFor('other');

  // The second half of a double click would land on the next card.
  const once = (run: () => void) => (event: MouseEvent) => {
    if (event.detail < 2) run();
  };

  return (
    <ul className="choices">
      {choices.map((choice) => {
        const key = choice.action === null ? undefined : table.keyFor(choice.action);
        return (
          <li key={`${choice.take} ${choice.candidate ?? ''}`} className="choice">
            <Button
              variant="default"
              justify="flex-start"
              fullWidth
              disabled={disabled || !choice.available}
              aria-keyshortcuts={ariaShortcut(key)}
              leftSection={key === undefined ? undefined : <KeyCaps keys={key} size="xs" />}
              onClick={once(() => onTake(choice))}
              {...neverKeys(key)}
            >
              {choice.take === 'a' && <SideBadge side="A" />}
              {choice.take === 'b' && <SideBadge side="B" />}
              <span className="choice-name">{choice.name}</span>
            </Button>
            <Text size="sm" c="dimmed" className="choice-effect">
              {choice.available
                ? sentence(choice.effect ?? '')
                : (strings.card.unavailable[choice.take] ?? '')}
            </Text>
          </li>
        );
      })}
      {onOther !== undefined && (
        <li className="choice">
          <Button
            variant="default"
            justify="flex-start"
            fullWidth
            disabled={disabled}
            aria-keyshortcuts={ariaShortcut(other)}
            leftSection={other === undefined ? undefined : <KeyCaps keys={other} size="xs" />}
            onClick={once(onOther)}
          >
            <span className="choice-name">{strings.card.take.value}</span>
          </Button>
        </li>
      )}
    </ul>
  );
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
