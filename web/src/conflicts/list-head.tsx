import { Button, Group, Title } from '@mantine/core';
import { IconArrowUp, IconPlayerPlay } from '@tabler/icons-react';
import { memo } from 'react';
import { KeyOf } from '../keys/key-caps';
import { strings } from '../strings';
import { queueStrings } from '../strings-queue';

export interface ListHeadProps {
  /** A card beside it has the page's own heading. */
  readonly beside: boolean;
  /** How many came since the list was loaded, and whether there are more than that. */
  readonly fresh: number;
  readonly more: boolean;
  readonly onPull: () => void;
  readonly playing: boolean;
  readonly onPlay: () => void;
  readonly onSkip: () => void;
}

/** What the list is, what is new, and the way to have one after the other. The same for each card. */
export const ListHead = memo(function ListHead(props: ListHeadProps) {
  const { beside, fresh, more, onPull, playing, onPlay, onSkip } = props;
  return (
    <>
      <div className="review-list-head">
        <Title order={beside ? 2 : 1} size="h1" id="conflicts-heading">
          {strings.conflicts.title}
        </Title>
        {(fresh > 0 || more) && (
          <Button
            size="compact-sm"
            radius="xl"
            leftSection={<IconArrowUp size={14} />}
            onClick={onPull}
            className="fresh-pill"
          >
            {strings.conflicts.fresh(fresh, more)}
          </Button>
        )}
      </div>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant={playing ? 'filled' : 'default'}
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          rightSection={<KeyOf action="play" size="xs" />}
          aria-pressed={playing}
          onClick={onPlay}
        >
          {playing ? queueStrings.stop : queueStrings.play}
        </Button>
        {playing && beside && (
          <Button size="compact-sm" variant="subtle" onClick={onSkip}>
            {queueStrings.skip}
          </Button>
        )}
      </Group>
    </>
  );
});
