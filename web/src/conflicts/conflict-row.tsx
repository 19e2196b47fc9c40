import { Badge } from '@mantine/core';
import { memo, type KeyboardEvent } from 'react';
import type { ConflictSummary } from '../api/types';
import { Ago } from '../format/time';
import { SideBadge } from '../shell/side-badge';
import { strings } from '../strings';
import { queueStrings as words } from '../strings-queue';
import { asLine } from '../value/shape';
import { VisibleText } from '../value/visible-text';
import { isTaken, type Mark } from './review-session';
import { unitName } from './unit-name';

export const ROW_PX = 96;

interface RowProps {
  readonly row: ConflictSummary;
  readonly mark: Mark | undefined;
}

interface RowContentProps extends RowProps {
  readonly covered: boolean;
}

export interface ConflictRowProps extends RowContentProps {
  /** In the list, from 0. */
  readonly index: number;
  readonly top: number;
  readonly selected: boolean;
  /** Where the Tab key enters the list. */
  readonly entry: boolean;
  readonly onSelect: (id: string) => void;
}

/** Moving about in the list draws the row that is left and the one that is reached, and no other. */
export const ConflictRow = memo(function ConflictRow(props: ConflictRowProps) {
  const { row, mark, covered, index, top, selected, entry, onSelect } = props;
  // Opening a row by Enter is no decision.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') onSelect(row.id);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={selected}
      className={rowClass(row, mark)}
      style={{ height: ROW_PX, transform: `translateY(${String(top)}px)` }}
    >
      <div
        role="gridcell"
        className="conflict-cell"
        tabIndex={entry ? 0 : -1}
        onClick={() => onSelect(row.id)}
        onKeyDown={onKeyDown}
      >
        <RowContent row={row} mark={mark} covered={covered} />
      </div>
    </div>
  );
});

/** Moving about in the list changes none of its rows. */
const RowContent = memo(function RowContent({ row, mark, covered }: RowContentProps) {
  return (
    <>
      <div className="conflict-row-head">
        <span className="conflict-row-title">{row.title}</span>
        <RowState row={row} mark={mark} />
      </div>
      {(['a', 'b'] as const).map((key) => {
        const candidate = row.candidates.find((entry) => entry.key === key);
        if (!candidate?.side) return null;
        const target = row.targets.find(({ id }) => id === candidate.value);
        const line = covered ? words.covered : (target?.title ?? asLine(candidate.value));
        return (
          <div key={key} className="conflict-row-value">
            <SideBadge side={candidate.side} />
            <span className="conflict-row-text">
              {covered ? (
                <span className="value-blank">{line}</span>
              ) : line === '' ? (
                <span className="value-blank">{strings.card.blank}</span>
              ) : (
                <VisibleText text={line} />
              )}
            </span>
          </div>
        );
      })}
      <div className="conflict-row-foot">
        <span className="conflict-row-unit">{unitName(row.unit)}</span>
        <span>
          {strings.conflicts.kinds[row.kind] ?? row.kind} · <Ago at={row.openedAt} />
        </span>
      </div>
    </>
  );
});

function RowState({ row, mark }: RowProps) {
  if (mark?.status === 'sending' || mark?.status === 'held') {
    return (
      <Badge size="sm" color="ink">
        {strings.undo.taken(mark.label)}
      </Badge>
    );
  }
  if (mark) {
    return (
      <Badge size="sm" color="red">
        {strings.undo.lookAgain}
      </Badge>
    );
  }
  if (row.state !== 'open') {
    return (
      <Badge size="sm" color="gray">
        {strings.conflicts.states[row.state]}
      </Badge>
    );
  }
  const priority = strings.conflicts.priorities[row.priority];
  return priority !== undefined && priority !== 'normal' ? (
    <Badge size="sm" className="conflict-row-badge" color={priority === 'low' ? 'gray' : 'orange'}>
      {priority}
    </Badge>
  ) : null;
}

function rowClass(row: ConflictSummary, mark: Mark | undefined): string {
  const done = isTaken(mark) || (mark === undefined && row.state === 'closed');
  return done ? 'conflict-row conflict-row-done' : 'conflict-row';
}
