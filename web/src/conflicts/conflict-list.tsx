import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import type { ConflictSummary } from '../api/types';
import { strings } from '../strings';
import { ConflictRow, ROW_PX } from './conflict-row';
import type { Mark } from './review-session';

export interface ConflictListProps {
  readonly rows: readonly ConflictSummary[];
  readonly marks: ReadonlyMap<string, Mark>;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly loadMore: () => void;
}

/** A grid of one column, drawn only where it is seen, with one tab stop. */
export const ConflictList = memo(function ConflictList(props: ConflictListProps) {
  const { rows, marks, selected, onSelect, hasMore, loadingMore, loadMore } = props;
  const frame = useRef<HTMLDivElement>(null);
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
          return (
            <ConflictRow
              key={item.key}
              row={row}
              mark={marks.get(row.id)}
              covered={row.personal && row.covered}
              index={item.index}
              top={item.start}
              selected={row.id === selected}
              entry={item.index === Math.max(at, 0)}
              onSelect={onSelect}
            />
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
});
