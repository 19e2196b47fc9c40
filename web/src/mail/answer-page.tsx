import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router';
import { ApiError } from '../api/client';
import { getConflict } from '../api/endpoints';
import { giveAnswer, lookAtAnswer, type AnswerLink } from '../api/notifications';
import { revealOf } from '../api/revealed';
import type { Conflict } from '../api/types';
import { CandidateRow, ValueRow } from '../conflicts/candidate-row';
import { Covered } from '../conflicts/covered';
import { unitName } from '../conflicts/unit-name';
import { useReveal } from '../conflicts/use-reveal';
import { useKeys } from '../keys/use-keys';
import { QueryState, wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { notificationStrings } from '../strings-notifications';
import { shapeOf } from '../value/shape';
import { Values } from '../value/target-names';
import { ValueView } from '../value/value-view';
import { keptToken } from './kept-token';

const texts = notificationStrings.answer;

interface Looked {
  readonly link: AnswerLink;
  readonly conflict: Conflict;
}

/** Where a link in a mail leads: shows what it would decide, and asks. To open it decides nothing. */
export function AnswerPage() {
  const { id = '' } = useParams();
  const [token] = useState(keptToken);
  const query = useQuery({
    queryKey: ['answer-link', id, token],
    queryFn: async ({ signal }): Promise<Looked> => {
      const [link, conflict] = await Promise.all([
        lookAtAnswer(id, token),
        getConflict(id, revealOf(id), signal),
      ]);
      return { link: link.data, conflict: conflict.data };
    },
    retry: false,
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
  const giving = useMutation({
    mutationFn: () => giveAnswer(id, token),
    // Used, or not to be used any more: what it is now is said by the service.
    onError: () => void query.refetch(),
  });
  useEffect(() => {
    document.title = strings.product;
  }, []);
  const { error } = query;
  const refused = error instanceof ApiError && [403, 404, 410].includes(error.status) ? error : null;
  return (
    <div className="page">
      <section className="panel answer">
        {giving.isSuccess ? (
          <Told id={id} title={texts.done} hint={texts.doneHint} />
        ) : refused !== null ? (
          <Told id={id} title={texts.useless} hint={wordsOf(refused)} />
        ) : (
          <QueryState query={query} lines={4}>
            {(looked) => <Asked {...looked} busy={giving.isPending} onTake={() => giving.mutate()} />}
          </QueryState>
        )}
        {giving.error !== null && (
          <Text role="alert" c="red">
            {wordsOf(giving.error)}
          </Text>
        )}
      </section>
    </div>
  );
}

interface AskedProps extends Looked {
  readonly busy: boolean;
  readonly onTake: () => void;
}

function Asked({ link, conflict, busy, onTake }: AskedProps) {
  const { id } = conflict;
  const reveal = useReveal();
  const covered = conflict.personal && conflict.covered;
  const show = () => reveal([id]);
  useKeys({ ...(covered && { reveal: show }) });
  if (link.state === 'used') return <Told id={id} title={texts.used} hint={texts.usedHint} />;
  if (link.state === 'decided') return <Told id={id} title={texts.decided} hint={texts.decidedHint} />;
  if (link.state === 'changed') return <Changed link={link} conflict={conflict} />;
  const { title, take } = wordsFor(link, conflict);
  const effect = conflict.effects[link.take];
  const shape = shapeOf(conflict.candidates.map(({ value }) => value));
  return (
    <Stack gap="md">
      <Title order={1}>{title}</Title>
      <About conflict={conflict} />
      {covered && <Covered pipeline={conflict.pipeline} onReveal={show} />}
      <Values targets={conflict.targets} hidden={covered}>
        {conflict.base !== null && (
          <ValueRow
            tone="base"
            heading={<span className="value-name">{strings.card.base}</span>}
            facts={strings.card.baseHint}
          >
            <ValueView value={conflict.base.value} shape={shape} />
          </ValueRow>
        )}
        {conflict.candidates.map((candidate) => (
          <CandidateRow
            key={candidate.key}
            candidate={candidate}
            take={null}
            delta={null}
            base={conflict.base?.value}
            shape={shape}
            raw={false}
          />
        ))}
      </Values>
      {effect !== undefined && <Text size="sm">{effect.slice(0, 1).toUpperCase() + effect.slice(1)}.</Text>}
      <Text size="sm" c="dimmed">
        {texts.lead}
      </Text>
      <Group gap="md">
        <Button onClick={onTake} loading={busy} disabled={covered}>
          {take}
        </Button>
        <Anchor component={Link} to={`/conflicts/${id}`}>
          {texts.card}
        </Anchor>
      </Group>
    </Stack>
  );
}

function Changed({ link, conflict }: Looked) {
  return (
    <Stack gap="md">
      <Title order={1}>{texts.changed}</Title>
      <About conflict={conflict} />
      {link.changes.length === 0 && <Text>{texts.nothingElse}</Text>}
      {link.changes.map(({ label, before, after }) => (
        <section key={label} aria-label={label}>
          <Text fw={600} size="sm" mb={6}>
            {label}
          </Text>
          <Values targets={conflict.targets}>
            <ValueRow tone="base" heading={<span className="value-name">{texts.inMail}</span>}>
              <ValueView value={before} />
            </ValueRow>
            <ValueRow tone="other" heading={<span className="value-name">{texts.now}</span>}>
              <ValueView value={after} against={before} />
            </ValueRow>
          </Values>
        </section>
      ))}
      <Text>{texts.changedHint}</Text>
      <ToConflict id={conflict.id} />
    </Stack>
  );
}

function About({ conflict }: { readonly conflict: Conflict }) {
  return (
    <Text>
      <strong>{conflict.title}</strong> · {unitName(conflict.unit)} · {conflict.pipeline}
    </Text>
  );
}

function Told({ id, title, hint }: { readonly id: string; readonly title: string; readonly hint: string }) {
  return (
    <Stack gap="md" role="status">
      <Title order={1}>{title}</Title>
      <Text>{hint}</Text>
      <ToConflict id={id} />
    </Stack>
  );
}

function ToConflict({ id }: { readonly id: string }) {
  return (
    <div>
      <Button component={Link} to={`/conflicts/${id}`} variant="default">
        {texts.toConflict}
      </Button>
    </div>
  );
}

/** Whether a record exists is no value to take. */
function wordsFor({ take, label }: AnswerLink, { unit, candidates }: Conflict) {
  if (unit !== '$life') return { title: texts.title(label), take: texts.take(label) };
  const deleted = candidates.find(({ key }) => key === take)?.value === 'deleted';
  return deleted
    ? { title: texts.deleteTitle, take: texts.deleteTake }
    : { title: texts.keepTitle, take: texts.keepTake };
}
