import { Badge, Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, type KeyboardEvent } from 'react';
import type { ConflictSummary } from '../api/types';
import { Ago } from '../format/time';
import { SideBadge } from '../shell/side-badge';
import { strings } from '../strings';
import { queueStrings as words } from '../strings-queue';
import { asLine } from '../value/shape';
import { VisibleText } from '../value/visible-text';
import { useReviewSession, type Mark } from './review-session';
import { unitName } from './unit-name';

export interface ConflictListProps {
  readonly rows: readonly ConflictSummary[];
  readonly marks: ReadonlyMap<string, Mark>;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly loadMore: () => void;
}

const ROW_PX = 96;

/** A grid of one column, drawn only where it is seen, with one tab stop. */
export function ConflictList(props: ConflictListProps) {
  const { rows, marks, selected, onSelect, hasMore, loadingMore, loadMore } = props;
  const { revealed } = useReviewSession();
  const frame = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used; the virtualizer re-renders by itself
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const at = rows.findIndex((row) => row.id === selected);

  useEffect(() => {
    const list = frame.current;
    if (at < 0 || list === null) return;
    // A screenful at a time, and without asking the page how high it is, which would make it lay itself out.
    const top = at * ROW_PX;
    const from = virtual.scrollOffset ?? 0;
    const seen = virtual.scrollRect?.height ?? 0;
    if (top < from) list.scrollTop = Math.max(0, top + ROW_PX - seen);
    else if (top + ROW_PX > from + seen) list.scrollTop = top;
  }, [at, virtual]);

  const last = virtual.getVirtualItems().at(-1)?.index ?? -1;
  const nearEnd = last >= rows.length - 5;
  useEffect(() => {
    if (nearEnd && hasMore && !loadingMore) loadMore();
  }, [nearEnd, hasMore, loadingMore, loadMore]);

  // Opening a row by Enter is no decision.
  const onKeyDown = (id: string) => (event: KeyboardEvent) => {
    if (event.key === 'Enter') onSelect(id);
  };

  return (
    <div className="conflict-list" ref={frame}>
      <div
        role="grid"
        aria-label={strings.conflicts.list}
        aria-rowcount={hasMore ? -1 : rows.length}
        style={{ height: virtual.getTotalSize(), position: 'relative' }}
      >
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const mark = marks.get(row.id);
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 1}
              aria-selected={row.id === selected}
              className={rowClass(row, mark)}
              style={{ height: ROW_PX, transform: `translateY(${item.start}px)` }}
            >
              <div
                role="gridcell"
                className="conflict-cell"
                tabIndex={item.index === Math.max(at, 0) ? 0 : -1}
                onClick={() => onSelect(row.id)}
                onKeyDown={onKeyDown(row.id)}
              >
                <RowContent row={row} mark={mark} covered={row.personal && !revealed.has(row.id)} />
              </div>
            </div>
          );
        })}
      </div>
      {hasMore && (
        <Button variant="subtle" size="xs" fullWidth onClick={loadMore} loading={loadingMore}>
          {strings.conflicts.more}
        </Button>
      )}
    </div>
  );
}

interface RowProps {
  readonly row: ConflictSummary;
  readonly mark: Mark | undefined;
}

interface RowContentProps extends RowProps {
  readonly covered: boolean;
}

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
  const done =
    mark?.status === 'sending' || mark?.status === 'held' || (mark === undefined && row.state === 'closed');
  return done ? 'conflict-row conflict-row-done' : 'conflict-row';
}
