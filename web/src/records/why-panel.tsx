import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { NeedsRole } from '../access/needs-role';
import { getWhy, includeRecord, resyncRecord, type Why, type WhyReason } from '../api/record-sync';
import type { RecordDetail } from '../api/types';
import { Ago, exact } from '../format/time';
import { QueryState } from '../states/query-state';
import { tellDone, tellFailed } from '../states/told';
import { recordSyncStrings as texts } from '../strings-record-sync';
import { ExcludeRecord } from './exclude-record';

const LOOK_AGAIN_MS = 3000;
const icons = { stops: IconAlertTriangle, waits: IconClock, settled: IconCheck } as const;

/** Why the record is not in sync, in plain words, and what can be done about it. */
export function WhyPanel({ record }: { readonly record: RecordDetail }) {
  const query = useQuery({
    queryKey: ['record', record.id, 'why'],
    queryFn: async ({ signal }) => (await getWhy(record.id, signal)).data,
    // What goes on by itself is over soon, and not all of it is told by an event.
    refetchInterval: ({ state }) =>
      state.data?.reasons.some(({ weight }) => weight === 'waits') === true ? LOOK_AGAIN_MS : false,
  });
  return (
    <section className="panel" aria-labelledby="record-sync">
      <Title order={2} id="record-sync">
        {texts.title}
      </Title>
      <QueryState query={query} lines={2}>
        {(why) => (
          <Stack gap="sm" mt="xs">
            <Text role="status">{why.sentence}</Text>
            {why.reasons.length > 0 && (
              <ul className="plain-list" aria-label={texts.reasons}>
                {why.reasons.map((reason, index) => (
                  <ReasonLine key={index} reason={reason} pipeline={record.pipeline} />
                ))}
              </ul>
            )}
            <LastResync why={why} />
            <Actions record={record} why={why} />
          </Stack>
        )}
      </QueryState>
    </section>
  );
}

function ReasonLine({ reason, pipeline }: { readonly reason: WhyReason; readonly pipeline: string }) {
  const { weight, field, detail, advice, since, until } = reason;
  const Icon = icons[weight];
  return (
    <li className="check" data-state={weight === 'stops' ? 'failed' : weight === 'waits' ? 'warning' : 'ok'}>
      <Icon size={16} aria-hidden className="check-sign" />
      <div className="check-words">
        <Text size="sm">
          {field !== null && <strong>{field} </strong>}
          <span className="check-state">{texts.weights[weight]}:</span> {detail}
        </Text>
        <Text size="sm" c="dimmed">
          {advice} <Where reason={reason} pipeline={pipeline} />
          {since !== null && (
            <>
              {' '}
              · {texts.since} <Ago at={since} />
            </>
          )}
          {until !== null && ` · ${texts.next} ${exact(until).split(' · ')[0] ?? ''}`}
        </Text>
      </div>
    </li>
  );
}

/** The place where it can be done; nothing where this page is the place, or nobody has to do anything. */
function Where({ reason, pipeline }: { readonly reason: WhyReason; readonly pipeline: string }) {
  const { action, conflict } = reason;
  if (conflict !== null && (action === 'decide' || action === 'undo'))
    return <Link to={`/conflicts/${encodeURIComponent(conflict)}`}>{texts.decide}</Link>;
  if (action === 'retry') return <Link to="/dead-letters">{texts.toDeadLetters}</Link>;
  if (action === 'resume' || action === 'accept' || action === 'release')
    return <Link to={`/pipelines/${encodeURIComponent(pipeline)}`}>{texts.toPipeline}</Link>;
  return null;
}

function LastResync({ why: { resync } }: { readonly why: Why }) {
  if (resync?.state !== 'finished') return null;
  return (
    <Text size="sm" c="dimmed">
      {texts.last} <Ago at={resync.finishedAt} />: {texts.lastFound(resync.drifted ?? 0)}.
    </Text>
  );
}

function Actions({ record, why }: { readonly record: RecordDetail; readonly why: Why }) {
  const client = useQueryClient();
  const [excluding, setExcluding] = useState(false);
  const over = () => client.invalidateQueries({ queryKey: ['record', record.id] });
  const resyncing = useMutation({
    mutationFn: () => resyncRecord(record.id),
    onSuccess: () => tellDone(texts.asked),
    onError: tellFailed,
    onSettled: over,
  });
  const including = useMutation({
    mutationFn: () => includeRecord(record.id),
    onSuccess: () => tellDone(texts.included),
    onError: tellFailed,
    onSettled: over,
  });
  const ended = why.reasons.some(
    ({ code }) => code === 'deleted' || code === 'unlinked' || code === 'creating',
  );
  if (ended) return null;
  return (
    <Stack gap="xs">
      <NeedsRole permission="ops:run" pipeline={record.pipeline} what={texts.resyncWhat}>
        <div>
          <Button
            size="xs"
            variant="default"
            loading={resyncing.isPending}
            onClick={() => resyncing.mutate()}
          >
            {texts.resync}
          </Button>
          <Text size="xs" c="dimmed" mt={4}>
            {texts.resyncHint}
          </Text>
        </div>
      </NeedsRole>
      <NeedsRole permission="conflicts:resolve" pipeline={record.pipeline} what={texts.what}>
        <Group>
          {why.keptOut ? (
            <Button size="xs" loading={including.isPending} onClick={() => including.mutate()}>
              {texts.include}
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={() => setExcluding(true)}>
              {texts.exclude}
            </Button>
          )}
        </Group>
      </NeedsRole>
      {excluding && <ExcludeRecord record={record.id} onClose={() => setExcluding(false)} />}
    </Stack>
  );
}
