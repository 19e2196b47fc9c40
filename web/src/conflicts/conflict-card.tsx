import { Anchor, Badge, Button, Group, Switch, Text, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { Suspense, useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import { Link } from 'react-router';
import { NeedsRole } from '../access/needs-role';
import { useMay } from '../access/session';
import type { Answer } from '../api/client';
import type { Candidate, Conflict, Json, Side } from '../api/types';
import { Ago } from '../format/time';
import { KeyOf } from '../keys/key-caps';
import type { KeyAction } from '../keys/key-map';
import { useKeys } from '../keys/use-keys';
import { CrashBoundary } from '../states/crash-boundary';
import { lazily } from '../states/lazily';
import { Later } from '../states/later';
import { LateSkeleton } from '../states/query-state';
import { strings } from '../strings';
import { deltaWords } from '../value/delta';
import { asText, shapeOf } from '../value/shape';
import { differOnlyInComposition } from '../value/visible';
import { Values } from '../value/target-names';
import { ValueView } from '../value/value-view';
import { CandidateRow, ValueRow } from './candidate-row';
import { ChoiceList } from './choice-list';
import { choicesOf, type Choice } from './choices';
import { MarkNotice, StaleNotice } from './conflict-notices';
import { Covered } from './covered';
import { DecisionHistory } from './decision-history';
import { PressGuard } from './press-guard';
import { Siblings } from './siblings';
import { unitName } from './unit-name';
import { isTaken, type Mark } from './review-session';
import { ActivityList } from './activity-list';
import { sameRecord } from './same-record';
import { SystemLinks } from './system-links';
import { useReveal } from './use-reveal';
import { etagOf, type Choosings } from './use-decide';
import { valuesOf } from './value-draft';

export interface ConflictCardProps {
  /** What the service says now. The card keeps showing what it showed first until the reader looks again. */
  readonly answer: Answer<Conflict>;
  readonly mark: Mark | undefined;
  readonly onDecide: (chosen: Choosings, label: string) => void;
  readonly onLookedAgain: () => void;
}

const WholeRecord = lazily(async () => (await import('./whole-record')).WholeRecord);
const WorkBar = lazily(async () => (await import('./work-bar')).WorkBar);
const MatchTable = lazily(async () => (await import('./match-table')).MatchTable);
const OtherValue = lazily(async () => (await import('./other-value')).OtherValue);
const ContextDrawer = lazily(async () => (await import('./context-drawer')).ContextDrawer);

const takes: Readonly<Record<string, KeyAction>> = { a: 'takeA', b: 'takeB' };

export function ConflictCard({ answer, mark, onDecide, onLookedAgain }: ConflictCardProps) {
  const [shown, setShown] = useState(answer);
  const [typing, setTyping] = useState(false);
  const [whole, setWhole] = useState<0 | 1 | 2 | 3 | null>(null);
  const [diffs, setDiffs] = useState(true);
  const [raw, setRaw] = useState(false);
  const [context, setContext] = useState<'history' | 'why' | null>(null);
  const [guard] = useState(() => new PressGuard());
  const heading = useRef<HTMLHeadingElement>(null);
  const name = useId();

  useEffect(() => {
    guard.arm();
    heading.current?.focus({ preventScroll: true });
  }, [guard]);

  // What was uncovered is the same that was shown: a decision is made on it.
  if (shown.data.covered && !answer.data.covered && etagOf(answer) === etagOf(shown)) setShown(answer);

  const own = isTaken(mark);
  const latest = mark?.status === 'stale' && mark.current !== null ? newer(mark.current, answer) : answer;
  const stale = !own && etagOf(latest) !== etagOf(shown);
  const conflict = stale || own ? shown.data : latest.data;
  const state = stale ? shown.data.state : latest.data.state;
  const decidable = !own && !stale && state === 'open';
  const choices = choicesOf(conflict);

  const latestTag = etagOf(latest);
  const correct = useEffectEvent(() => {
    if (!stale || mark !== undefined || !guard.isSettling()) return;
    setShown(latest);
    guard.arm();
  });
  // How long the card has been seen is known only outside of rendering.
  // eslint-disable-next-line react-hooks/set-state-in-effect
  useEffect(() => correct(), [latestTag]);

  const permitted = useMay('conflicts:resolve', conflict.pipeline);
  const mayReveal = useMay('personal:read', conflict.pipeline);
  const covered = conflict.personal && conflict.covered;
  const reveal = useReveal();
  const show = () => {
    if (conflict.covered && mayReveal)
      reveal([conflict.id, ...(conflict.record === null ? [] : [conflict.record])]);
  };
  const mayDecide = () => permitted && decidable && !covered && !typing && whole === null && guard.isOpen();
  const take = (choice: Choice) => {
    if (mayDecide() && choice.available) {
      const { candidate } = choice;
      const input = { take: choice.take, ...(candidate !== undefined && { candidate }) };
      onDecide([{ shown, input }], choice.taken);
    }
  };
  const typeOther = () => {
    if (mayDecide() && conflict.match === null) setTyping(true);
  };
  const takeOf = (index: number) => () => {
    const choice = choices[index];
    if (choice) take(choice);
  };
  const takeAll = (way: 0 | 1 | 2 | 3) => () => {
    if (!mayDecide()) return;
    if (sameRecord(conflict).length > 0) setWhole(way);
    // Nothing else is open on the record: all of it is what the card shows.
    else takeOf(way)();
  };
  const openIn = (side: Side) => () => {
    const link = conflict.links[side];
    if (link !== null) window.open(link, '_blank', 'noopener');
  };
  const lookAgain = () => {
    if (!stale && mark?.status !== 'stale' && mark?.status !== 'failed') return;
    setShown(latest);
    guard.arm();
    onLookedAgain();
    heading.current?.focus({ preventScroll: true });
  };

  useKeys({
    takeA: takeOf(0),
    takeB: takeOf(1),
    takeBase: takeOf(2),
    takeMerged: takeOf(3),
    ...(conflict.match === null && {
      allA: takeAll(0),
      allB: takeAll(1),
      allBase: takeAll(2),
      allMerged: takeAll(3),
    }),
    ...(conflict.links.A !== null && { openA: openIn('A') }),
    ...(conflict.links.B !== null && { openB: openIn('B') }),
    other: typeOther,
    again: lookAgain,
    diff: () => setDiffs((on) => !on),
    ...(conflict.covered && mayReveal && { reveal: show }),
    ...(conflict.record !== null &&
      !covered && {
        history: () => setContext('history'),
        why: () => setContext('why'),
      }),
  });

  const base = diffs && conflict.base !== null ? conflict.base.value : undefined;
  const shape = shapeOf(valuesOf(conflict));
  const hasRaw = conflict.candidates.some((candidate) => asText(candidate.raw) !== asText(candidate.value));

  return (
    <article className="card" aria-labelledby={name}>
      <header className="card-header">
        <div className="card-title">
          <Title order={1} id={name} ref={heading} tabIndex={-1} className="card-heading">
            {conflict.title} <span className="card-unit">{unitName(conflict.unit)}</span>
          </Title>
          <Text size="sm" c="dimmed">
            {conflict.pipeline} · <Ago at={conflict.openedAt} />
            {conflict.record !== null && (
              <>
                {' · '}
                <Anchor component={Link} to={`/records/${conflict.record}`} size="sm">
                  {strings.card.openRecord}
                </Anchor>
              </>
            )}
            <SystemLinks conflict={conflict} />
          </Text>
        </div>
        <Group gap={6}>
          <Badge color="gray">{strings.conflicts.kinds[conflict.kind] ?? conflict.kind}</Badge>
          {state !== 'open' && <Badge color="ink">{strings.conflicts.states[state]}</Badge>}
        </Group>
      </header>

      {stale && <StaleNotice shown={shown.data} current={latest.data} onLook={lookAgain} />}
      {!stale && <MarkNotice mark={mark} conflict={latest.data} onLook={lookAgain} />}

      {covered ? (
        <Covered pipeline={conflict.pipeline} onReveal={show} />
      ) : (
        <>
          {conflict.match !== null && (
            <Suspense fallback={<LateSkeleton lines={4} />}>
              <MatchTable match={conflict.match} systems={conflict.systems} />
            </Suspense>
          )}
          <Values targets={conflict.targets} hidden={conflict.match !== null}>
            <ValueRow
              tone="base"
              heading={<span className="value-name">{strings.card.base}</span>}
              facts={conflict.base === null ? undefined : strings.card.baseHint}
            >
              {conflict.base === null ? (
                <Text size="sm" c="dimmed">
                  {strings.card.baseNone}
                </Text>
              ) : (
                <ValueView value={conflict.base.value} shape={shape} />
              )}
            </ValueRow>
            {conflict.candidates.map((candidate) => (
              <CandidateRow
                key={candidate.key}
                candidate={candidate}
                take={takes[candidate.key] ?? null}
                base={base}
                shape={shape}
                raw={raw}
                delta={deltaOf(conflict, candidate)}
              />
            ))}
            {conflict.merged !== null && (
              <ValueRow
                tone="other"
                heading={
                  <Group gap={8} wrap="nowrap">
                    <KeyOf action="takeMerged" size="xs" />
                    <span className="value-name">{strings.card.merged}</span>
                  </Group>
                }
                facts={strings.card.mergedHint}
              >
                <ValueView value={conflict.merged.value} against={base} shape={shape} />
              </ValueRow>
            )}
          </Values>
          {differOnlyInComposition(valuesOf(conflict)) && (
            <Text size="sm" className="composition-note">
              {strings.card.different}
            </Text>
          )}
        </>
      )}

      <div className="why">
        <IconInfoCircle size={17} aria-hidden />
        <Text size="sm">
          <strong>{strings.card.why}.</strong> {conflict.why}
        </Text>
      </div>

      <NeedsRole
        permission="conflicts:resolve"
        pipeline={conflict.pipeline}
        what={strings.access.actions.decide}
      >
        <ChoiceList
          choices={choices}
          disabled={!decidable || covered}
          onTake={take}
          {...(conflict.match === null && { onOther: typeOther })}
        />
      </NeedsRole>

      <Later>
        <Group gap="lg" className="card-switches">
          <Switch
            size="xs"
            label={strings.card.diffs}
            checked={diffs}
            onChange={(event) => setDiffs(event.currentTarget.checked)}
          />
          {conflict.record !== null && (
            <Button
              size="compact-sm"
              variant="subtle"
              rightSection={<KeyOf action="history" size="xs" />}
              onClick={() => setContext('history')}
            >
              {strings.card.context.open}
            </Button>
          )}
          {hasRaw && (
            <Switch
              size="xs"
              label={strings.card.raw}
              checked={raw}
              onChange={(event) => setRaw(event.currentTarget.checked)}
            />
          )}
        </Group>
        <Suspense>
          <WorkBar conflict={latest.data} seen={etagOf(shown)} />
        </Suspense>
        <DecisionHistory conflict={conflict} />
        <ActivityList activity={latest.data.activity} systems={conflict.systems} />
        <Siblings
          conflict={conflict}
          {...(permitted && decidable && !covered && { onWhole: (way: 0 | 1 | 2 | 3) => setWhole(way) })}
        />
      </Later>
      {context !== null && conflict.record !== null && (
        <CrashBoundary small>
          <Suspense>
            <ContextDrawer
              conflict={{ ...conflict, record: conflict.record }}
              first={context}
              onClose={() => setContext(null)}
            />
          </Suspense>
        </CrashBoundary>
      )}
      {typing && (
        <Suspense>
          <OtherValue
            conflict={conflict}
            onClose={() => setTyping(false)}
            onCommit={(input) => {
              setTyping(false);
              onDecide([{ shown, input }], strings.card.takeNames.value);
            }}
          />
        </Suspense>
      )}
      {whole !== null && (
        <Suspense>
          <WholeRecord
            shown={shown}
            way={whole}
            onClose={() => setWhole(null)}
            onCommit={(chosen, label) => {
              setWhole(null);
              onDecide(chosen, label);
            }}
          />
        </Suspense>
      )}
    </article>
  );
}

/** Against the base; where there is none, the second system against the first. */
function deltaOf({ base, candidates }: Conflict, candidate: Candidate): string | null {
  // The base is kept as an amount where a system keeps the candidate so.
  if (base !== null)
    return deltaWords({ value: base.value, raw: asAmount(base.value, candidate.raw) }, candidate);
  const [first] = candidates;
  if (first === undefined || first === candidate) return null;
  const delta = deltaWords(first, candidate);
  return delta === null ? null : strings.card.against(delta, first.label);
}

function asAmount(value: Json, like: Json): Json {
  return typeof value === 'string' && typeof like === 'string' && like.includes('.') && !value.includes('.')
    ? `${value}.0`
    : value;
}

function newer(x: Answer<Conflict>, y: Answer<Conflict>): Answer<Conflict> {
  // The answer to a refused decision is covered; the same, asked for, is not.
  if (x.data.rev === y.data.rev && x.data.covered && !y.data.covered) return y;
  return x.data.rev >= y.data.rev ? x : y;
}
