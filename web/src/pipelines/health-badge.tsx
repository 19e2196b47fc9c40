import { Badge } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconPlayerPause,
  IconProgress,
  IconXboxX,
} from '@tabler/icons-react';
import type { Pipeline } from '../api/types';
import { strings } from '../strings';

const looks = {
  ok: { color: 'teal', icon: IconCircleCheck },
  'catching-up': { color: 'ink', icon: IconProgress },
  attention: { color: 'orange', icon: IconAlertTriangle },
  down: { color: 'red', icon: IconXboxX },
} as const;

export function HealthBadge({ pipeline }: { readonly pipeline: Pipeline }) {
  if (pipeline.paused !== null) {
    return (
      <Badge size="lg" color="gray" leftSection={<IconPlayerPause size={15} aria-hidden />}>
        {strings.pipeline.paused}
      </Badge>
    );
  }
  const look = looks[pipeline.health];
  return (
    <Badge size="lg" color={look.color} leftSection={<look.icon size={15} aria-hidden />}>
      {strings.pipeline.health[pipeline.health]}
    </Badge>
  );
}
