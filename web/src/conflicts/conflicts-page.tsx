import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconArrowLeft, IconChecks, IconFilterOff, IconHandClick } from '@tabler/icons-react';
import { memo, useEffect, useMemo } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { ApiError } from '../api/client';
import type { ConflictFilter } from '../api/endpoints';
import { prefetchConflicts } from '../api/queries';
import { useKeys } from '../keys/use-keys';
import { afterPaint } from '../states/after-paint';
import { useAnnounce } from '../states/announcer';
import { Empty } from '../states/empty';
import { QueryState } from '../states/query-state';
import { useSteady } from '../states/use-steady';
import { strings } from '../strings';
import { ConflictFilters, type QueueView } from './conflict-filters';
import { ConflictDeck } from './conflict-deck';
import { ConflictList } from './conflict-list';
import { ListHead } from './list-head';
import { nextOpen } from './next-open';
import { useReview, useReviewSession } from './review-session';
import { isTab, queueFilter } from './tabs';
import { unitName } from './unit-name';
import { useConflictRows } from './use-conflict-rows';
import { useDecide, type Choosings } from './use-decide';
import { usePlay } from './use-play';

const PREFETCH = 5;

export function ConflictsPage() {
  const { id = null } = useParams();
  const [search] = useSearchParams();
  const tab = search.get('tab') ?? (search.get('state') === 'held' ? 'decided' : 'open');
  const view: QueueView = {
    tab: isTab(tab) ? tab : 'open',
    text: search.get('filter') ?? '',
    pipeline: search.get('pipeline') ?? '',
    unit: search.get('unit') ?? '',
  };
  const words = queueFilter(view.tab, view.text);
  const filter: ConflictFilter = {
    state: view.tab === 'open' && !/\bstate:/.test(view.text) ? 'open' : '',
    pipeline: view.pipeline,
    unit: view.unit,
    filter: words,
  };
  const { query, rows, fresh, more, pull } = useConflictRows(filter);
  const session = useReviewSession();
  const marks = useReview((review) => review.marks);
  const client = useQueryClient();
  const navigate = useNavigate();
  const announce = useAnnounce();
  const decide = useDecide();
  const at = rows.findIndex((row) => row.id === id);

  const select = (next: string | null) =>
    void navigate({
      pathname: next === null ? '/conflicts' : `/conflicts/${next}`,
      search: search.toString(),
    });
  const move = (step: 1 | -1) => () => {
    const next = at < 0 ? rows[0] : rows[at + step];
    if (next) select(next.id);
  };
  const play = usePlay(id, playFilter(view), select);
  useKeys({ next: move(1), previous: move(-1), play: play.toggle });

  // Play has its own at hand.
  const ahead = useMemo(() => rows.slice(at + 1, at + 1 + PREFETCH).map((row) => row.id), [rows, at]);
  useEffect(() => {
    if (play.on) return undefined;
    return afterPaint(() => void prefetchConflicts(client, ahead));
  }, [client, ahead, play.on]);
  const near = play.on
    ? [play.upNext]
    : [rows[at + 1]?.id, rows[at - 1]?.id, id === null ? null : nextOpen(rows, marks, id)?.id];

  const onDecide = useSteady((chosen: Choosings, label: string) => {
    const standing = decide(chosen, label);
    if (play.on) {
      // What comes is its own order; the card's heading is read when it is there.
      announce(strings.undo.taken(label));
      play.next(standing);
      return;
    }
    const next = nextOpen(rows, session.read().marks, chosen[0].shown.data.id);
    announce(
      strings.undo.announce(
        label,
        next === null ? strings.undo.lastOne : strings.undo.nextIs(unitName(next.unit), next.title),
      ),
    );
    if (next !== null) select(next.id);
  });
  const onSelect = useSteady(select);
  const onPull = useSteady(pull);
  const onPlay = useSteady(play.toggle);
  const onSkip = useSteady(() => id !== null && play.skip(id, ''));
  const loadMore = useSteady(() => void query.fetchNextPage());
  const onLookedAgain = useSteady(() => id !== null && session.forget(id));
  const onAnswered = useSteady(() => play.on && play.next());
  const setFilter = (next: QueueView) => {
    const named = {
      ...(next.tab !== 'open' && { tab: next.tab }),
      ...(next.text !== '' && { filter: next.text }),
      ...(next.pipeline !== '' && { pipeline: next.pipeline }),
      ...(next.unit !== '' && { unit: next.unit }),
    };
    // Of where the reader is then: the filters are not drawn anew for each card.
    const { pathname } = window.location;
    void navigate({ pathname, search: new URLSearchParams(named).toString() }, { replace: true });
  };
  const filtered = view.pipeline !== '' || view.unit !== '' || view.text !== '' || view.tab !== 'open';

  return (
    <div className="review" data-open={id !== null}>
      <section className="review-list" aria-labelledby="conflicts-heading">
        <ListHead
          beside={id !== null}
          fresh={fresh}
          more={more}
          onPull={onPull}
          playing={play.on}
          onPlay={onPlay}
          onSkip={onSkip}
        />
        <ConflictFilters view={view} fault={faultIn(query.error, view)} onChange={setFilter} />
        <QueryState query={query} lines={6}>
          {() =>
            rows.length === 0 ? (
              <NoConflicts
                filtered={filtered}
                onClear={() => setFilter({ tab: 'open', text: '', pipeline: '', unit: '' })}
              />
            ) : (
              <ConflictList
                rows={rows}
                marks={marks}
                selected={id}
                onSelect={onSelect}
                hasMore={query.hasNextPage}
                loadingMore={query.isFetchingNextPage}
                loadMore={loadMore}
              />
            )
          }
        </QueryState>
      </section>
      <section className="review-card" aria-label={strings.card.why}>
        {id === null ? (
          rows.length > 0 && (
            <Empty icon={<IconHandClick size={28} stroke={1.5} />} title={strings.conflicts.pick} />
          )
        ) : (
          <>
            <BackToList search={search.toString()} />
            <ConflictDeck
              id={id}
              near={[...new Set(near)].filter((one) => typeof one === 'string')}
              onDecide={onDecide}
              onLookedAgain={onLookedAgain}
              onAnswered={onAnswered}
            />
          </>
        )}
      </section>
    </div>
  );
}

/** On a narrow screen, where the card stands in place of the list. */
const BackToList = memo(function BackToList({ search }: { readonly search: string }) {
  return (
    <Button
      component={Link}
      to={{ pathname: '/conflicts', search }}
      variant="subtle"
      size="compact-sm"
      className="back-to-list"
      leftSection={<IconArrowLeft size={15} />}
    >
      {strings.conflicts.backToList}
    </Button>
  );
});

function NoConflicts({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }) {
  if (!filtered) {
    return (
      <Empty icon={<IconChecks size={28} stroke={1.5} />} title={strings.conflicts.emptyOpen}>
        {strings.conflicts.emptyOpenHint}
      </Empty>
    );
  }
  return (
    <Empty icon={<IconFilterOff size={28} stroke={1.5} />} title={strings.conflicts.emptyFilter}>
      <Button variant="default" size="xs" onClick={onClear}>
        {strings.conflicts.clearFilter}
      </Button>
    </Empty>
  );
}

/** Where in the text that was typed the service could not read it. */
function faultIn(error: Error | null, { tab, text }: QueueView): number | null {
  const at = error instanceof ApiError ? error.problem.position : undefined;
  return at === undefined ? null : at - (queueFilter(tab, text).length - text.trim().length);
}

/** What is played is what is listed; the service knows fields and pipelines as words of the filter. */
function playFilter({ tab, text, pipeline, unit }: QueueView): string {
  const words = queueFilter(tab, text);
  return [words, pipeline === '' ? '' : `pipeline:"${pipeline}"`, unit === '' ? '' : `field:"${unit}"`]
    .filter((part) => part !== '')
    .join(' ');
}
