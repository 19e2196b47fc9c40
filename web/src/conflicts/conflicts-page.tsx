import { Button, Group, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import {
  IconArrowLeft,
  IconArrowUp,
  IconChecks,
  IconFilterOff,
  IconHandClick,
  IconPlayerPlay,
} from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import type { Answer } from '../api/client';
import type { ConflictFilter } from '../api/endpoints';
import { keys, prefetchConflicts, useConflict } from '../api/queries';
import { useLiveEvent } from '../api/live';
import type { Conflict, ConflictSummary, DecisionInput } from '../api/types';
import { KeyOf } from '../keys/key-caps';
import { useKeys } from '../keys/use-keys';
import { useAnnounce } from '../states/announcer';
import { Empty } from '../states/empty';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { queueStrings } from '../strings-queue';
import { ConflictCard } from './conflict-card';
import { ConflictFilters, type QueueView } from './conflict-filters';
import { ConflictList } from './conflict-list';
import { useReviewSession, type Mark } from './review-session';
import { StoppedCard } from './stopped-card';
import { isTab, queueFilter } from './tabs';
import { unitName } from './unit-name';
import { useConflictRows } from './use-conflict-rows';
import { useDecide } from './use-decide';
import { usePlay } from './use-play';

const PREFETCH = 5;

export function ConflictsPage() {
  const { id = null } = useParams();
  const [search, setSearch] = useSearchParams();
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
  const { marks, session } = useReviewSession();
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

  useEffect(() => {
    prefetchConflicts(
      client,
      rows.slice(at + 1, at + 1 + PREFETCH).map((row) => row.id),
    );
    // The rows are new objects at every render; what is prefetched depends on where the reader stands.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, at, rows.length]);

  const onDecide = (shown: Answer<Conflict>, input: DecisionInput, label: string) => {
    const standing = decide(shown, input, label);
    const next = nextOpen(rows, marks, shown.data.id);
    announce(
      strings.undo.announce(
        label,
        next === null ? strings.undo.lastOne : strings.undo.nextIs(unitName(next.unit), next.title),
      ),
    );
    // Until it is decided, it would be what comes next.
    if (play.on) void standing.then((stands) => stands && play.next());
    else if (next !== null) select(next.id);
  };
  const setFilter = (next: QueueView) => {
    const named = {
      ...(next.tab !== 'open' && { tab: next.tab }),
      ...(next.text !== '' && { filter: next.text }),
      ...(next.pipeline !== '' && { pipeline: next.pipeline }),
      ...(next.unit !== '' && { unit: next.unit }),
    };
    setSearch(named, { replace: true });
  };
  const filtered = view.pipeline !== '' || view.unit !== '' || view.text !== '' || view.tab !== 'open';

  return (
    <div className="review" data-open={id !== null}>
      <section className="review-list" aria-labelledby="conflicts-heading">
        <div className="review-list-head">
          <Title order={id === null ? 1 : 2} size="h1" id="conflicts-heading">
            {strings.conflicts.title}
          </Title>
          {(fresh > 0 || more) && (
            <Button
              size="compact-sm"
              radius="xl"
              leftSection={<IconArrowUp size={14} />}
              onClick={pull}
              className="fresh-pill"
            >
              {strings.conflicts.fresh(fresh, more)}
            </Button>
          )}
        </div>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant={play.on ? 'filled' : 'default'}
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            rightSection={<KeyOf action="play" size="xs" />}
            aria-pressed={play.on}
            onClick={play.toggle}
          >
            {play.on ? queueStrings.stop : queueStrings.play}
          </Button>
          {play.on && id !== null && (
            <Button size="compact-sm" variant="subtle" onClick={() => play.skip(id, '')}>
              {queueStrings.skip}
            </Button>
          )}
        </Group>
        <ConflictFilters view={view} onChange={setFilter} />
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
                onSelect={select}
                hasMore={query.hasNextPage}
                loadingMore={query.isFetchingNextPage}
                loadMore={() => void query.fetchNextPage()}
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
            <Button
              component={Link}
              to={{ pathname: '/conflicts', search: search.toString() }}
              variant="subtle"
              size="compact-sm"
              className="back-to-list"
              leftSection={<IconArrowLeft size={15} />}
            >
              {strings.conflicts.backToList}
            </Button>
            <OpenConflict
              key={`${id} ${session.read().turns.get(id) ?? 0}`}
              id={id}
              mark={marks.get(id)}
              onDecide={onDecide}
              onLookedAgain={() => session.forget(id)}
            />
          </>
        )}
      </section>
    </div>
  );
}

interface OpenConflictProps {
  readonly id: string;
  readonly mark: Mark | undefined;
  readonly onDecide: (shown: Answer<Conflict>, input: DecisionInput, label: string) => void;
  readonly onLookedAgain: () => void;
}

function OpenConflict({ id, ...card }: OpenConflictProps) {
  const client = useQueryClient();
  const query = useConflict(id);
  useLiveEvent((event) => {
    if (event.name === 'conflict' && (event.subject === id || event.subject === null)) {
      void client.invalidateQueries({ queryKey: keys.conflict(id) });
    }
  });
  return (
    <QueryState query={query} lines={5}>
      {(answer) =>
        answer.data.kind === 'guard' || answer.data.kind === 'halt' ? (
          <StoppedCard key={answer.data.id} conflict={answer.data} />
        ) : (
          <ConflictCard answer={answer} {...card} />
        )
      }
    </QueryState>
  );
}

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

/** What is played is what is listed; the service knows fields and pipelines as words of the filter. */
function playFilter({ tab, text, pipeline, unit }: QueueView): string {
  const words = queueFilter(tab, text);
  return [words, pipeline === '' ? '' : `pipeline:"${pipeline}"`, unit === '' ? '' : `field:"${unit}"`]
    .filter((part) => part !== '')
    .join(' ');
}

/** The next conflict that waits for this person: first those below, then from the top. */
function nextOpen(
  rows: readonly ConflictSummary[],
  marks: ReadonlyMap<string, Mark>,
  id: string,
): ConflictSummary | null {
  const at = rows.findIndex((row) => row.id === id);
  const waits = (row: ConflictSummary) => row.id !== id && row.state === 'open' && !marks.has(row.id);
  return rows.slice(at + 1).find(waits) ?? rows.slice(0, Math.max(at, 0)).find(waits) ?? null;
}
