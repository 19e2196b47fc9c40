import { Group, Text } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import type { Candidate, DisplayClock, Json, Side } from '../api/types';
import { When } from '../format/time';
import { KeyOf } from '../keys/key-caps';
import type { KeyAction } from '../keys/key-map';
import { SideBadge } from '../shell/side-badge';
import { strings } from '../strings';
import type { Shape } from '../value/shape';
import { asText } from '../value/shape';
import { ValueView } from '../value/value-view';
import { VisibleText } from '../value/visible-text';

export interface ValueRowProps {
  readonly heading: ReactNode;
  readonly facts?: ReactNode;
  readonly tone: Side | 'base' | 'other';
  readonly children: ReactNode;
}

/** One of the stacked values; all rows share the left edge, so that the eye compares straight down. */
export function ValueRow({ heading, facts, tone, children }: ValueRowProps) {
  return (
    <div className={`value-row tone-${tone}`}>
      <div className="value-heading">{heading}</div>
      <div className="value-body">{children}</div>
      {facts !== undefined && <div className="value-facts">{facts}</div>}
    </div>
  );
}

export interface CandidateRowProps {
  readonly candidate: Candidate;
  /** What takes it, where a key does. */
  readonly take: KeyAction | null;
  readonly base: Json | undefined;
  readonly shape: Shape;
  readonly raw: boolean;
  /** By how much it differs from the base, or from the other side, in words. */
  readonly delta: string | null;
}

export const CandidateRow = memo(function CandidateRow({
  candidate,
  take,
  base,
  shape,
  raw,
  delta,
}: CandidateRowProps) {
  return (
    <ValueRow
      tone={candidate.side ?? 'other'}
      heading={
        <Group gap={8} wrap="nowrap">
          {take !== null && <KeyOf action={take} size="xs" />}
          {candidate.side !== null && <SideBadge side={candidate.side} />}
          <span className="value-name">{candidate.label}</span>
        </Group>
      }
      facts={
        <>
          <AuthorName by={candidate.by} /> · <When at={candidate.at} />
          <ClockText clock={candidate.clock} />
        </>
      }
    >
      {raw ? (
        <span className="value-text value-code">
          <VisibleText text={asText(candidate.raw)} />
        </span>
      ) : (
        <>
          <ValueView value={candidate.value} against={base} shape={shape} />
          {delta !== null && <span className="delta">{delta}</span>}
        </>
      )}
    </ValueRow>
  );
});

export function AuthorName({ by }: { readonly by: Candidate['by'] }) {
  if (by === null || by.name === '')
    return <span>{strings.card.by[by?.kind ?? 'unknown'] ?? strings.card.by.unknown}</span>;
  return <span>{by.name}</span>;
}

export function ClockText({ clock }: { readonly clock: DisplayClock }) {
  const entries = Object.entries(clock);
  if (entries.length === 0) return null;
  return (
    <Text component="span" className="clock" title={strings.card.clock}>
      {entries.map(([actor, n]) => `${actor} ${n}`).join('  ')}
    </Text>
  );
}
