import { Alert, Text } from '@mantine/core';
import { IconPlayerPause, IconPlugConnectedX } from '@tabler/icons-react';
import type { Pipeline, PipelineSide } from '../api/types';
import { Ago } from '../format/time';
import { strings } from '../strings';

const sides = ['A', 'B'] as const;

/** What stands in the way, in words: pauses with who and why, and errors of a side. */
export function PipelineNotices({ pipeline }: { readonly pipeline: Pipeline }) {
  return (
    <>
      {pipeline.paused !== null && (
        <Alert
          color="gray"
          variant="light"
          icon={<IconPlayerPause size={19} />}
          className="notice notice-plain"
        >
          {strings.pipeline.pausedBy(pipeline.paused.by, pipeline.paused.reason)}{' '}
          <Ago at={pipeline.paused.at} />
        </Alert>
      )}
      {sides.map((side) => (
        <SideNotices key={side} side={pipeline.sides[side]} />
      ))}
    </>
  );
}

function SideNotices({ side }: { readonly side: PipelineSide | null }) {
  if (side === null) return null;
  return (
    <>
      {side.paused !== null && (
        <Alert
          color="gray"
          variant="light"
          icon={<IconPlayerPause size={19} />}
          className="notice notice-plain"
        >
          {strings.pipeline.sidePaused(side.label)}{' '}
          {strings.pipeline.pausedBy(side.paused.by, side.paused.reason)} <Ago at={side.paused.at} />
        </Alert>
      )}
      {side.error !== null && (
        <Alert
          color="red"
          variant="light"
          icon={<IconPlugConnectedX size={19} />}
          className="notice notice-stop"
          title={
            <>
              {strings.pipeline.error(side.label, '')}
              <Ago at={side.error.since} />
            </>
          }
        >
          <Text size="sm">{side.error.detail}</Text>
          <Text size="xs" c="dimmed">
            {side.error.code}
          </Text>
        </Alert>
      )}
    </>
  );
}
