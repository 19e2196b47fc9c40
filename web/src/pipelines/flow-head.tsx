import { SegmentedControl, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FlowStep } from '../api/conflict-flow';
import { flowStrings as words } from '../strings-flow';

const steps = ['hour', 'day'] as const;

export interface FlowHeadProps {
  readonly by: FlowStep;
  readonly onBy: (by: FlowStep) => void;
  /** What the chart says, in a sentence. */
  readonly children: ReactNode;
}

/** Above a chart over time: what it says, and how much time it shows. */
export function FlowHead({ by, onBy, children }: FlowHeadProps) {
  return (
    <div className="flow-head">
      <Text size="sm">{children}</Text>
      <SegmentedControl
        size="xs"
        aria-label={words.byLabel}
        value={by}
        onChange={onBy}
        data={steps.map((value) => ({ value, label: words.by[value] }))}
      />
    </div>
  );
}
