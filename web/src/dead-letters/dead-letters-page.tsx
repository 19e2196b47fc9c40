import { Alert, Select, Stack, Text, Title } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { IconBulb, IconMailCheck } from '@tabler/icons-react';
import { useSearchParams } from 'react-router';
import { deadLettersQuery, usePipelines } from '../api/queries';
import type { DeadLetterGroup, Pipeline } from '../api/types';
import { NoPipelines } from '../pipelines/no-pipelines';
import { RevealList } from '../pipelines/reveal-list';
import { Empty } from '../states/empty';
import { LateSkeleton, QueryState, wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { deadLetterStrings as words } from '../strings-dead-letters';
import { byCause, type CauseGroup } from './by-cause';
import { LetterGroup } from './letter-group';

/** What systems refused, in all pipelines, by cause: what it means, what helps, and a retry. */
export function DeadLettersPage() {
  const query = usePipelines();
  return (
    <div className="page">
      <QueryState query={query} title={words.title}>
        {(pipelines) =>
          pipelines.length === 0 ? <NoPipelines order={1} /> : <Letters pipelines={pipelines} />
        }
      </QueryState>
    </div>
  );
}

function Letters({ pipelines }: { readonly pipelines: readonly Pipeline[] }) {
  const [search, setSearch] = useSearchParams();
  const only = search.get('pipeline') ?? '';
  const asked = pipelines.filter(({ name }) => only === '' || name === only);
  const queries = useQueries({ queries: asked.map(({ name }) => deadLettersQuery(name)) });
  const lists: { pipeline: Pipeline; items: readonly DeadLetterGroup[] }[] = [];
  asked.forEach((pipeline, i) => {
    const items = queries[i]?.data?.items;
    if (items !== undefined) lists.push({ pipeline, items });
  });
  const failures = asked.flatMap(({ name }, i) => {
    const error = queries[i]?.error ?? null;
    return error === null ? [] : [{ name, error }];
  });
  const covered = asked.filter((_, i) => queries[i]?.data?.covered === true).map(({ name }) => name);
  const causes = byCause(lists);
  const total = causes.reduce((sum, { count }) => sum + count, 0);
  return (
    <Stack gap="lg">
      <header className="verdict">
        <div>
          <Title order={1}>{words.title}</Title>
          <Text c="dimmed" size="sm" mt={4} maw={640}>
            {total > 0 && <strong>{words.total(total)}. </strong>}
            {words.lead}
          </Text>
        </div>
        {pipelines.length > 1 && (
          <Select
            clearable
            size="sm"
            aria-label={strings.conflicts.filterPipeline}
            placeholder={words.all}
            value={only === '' ? null : only}
            data={pipelines.map(({ name }) => name)}
            clearButtonProps={{ 'aria-label': strings.conflicts.clearFilter }}
            onChange={(name) => setSearch(name === null ? {} : { pipeline: name }, { replace: true })}
          />
        )}
      </header>
      {failures.map(({ name, error }) => (
        <Alert key={name} role="alert" color="red" variant="light">
          {words.unavailable(name, wordsOf(error))}
        </Alert>
      ))}
      <RevealList list="dead-letters" pipelines={covered} />
      {causes.map((cause) => (
        <Cause key={cause.code} cause={cause} named={pipelines.length > 1} />
      ))}
      {causes.length === 0 && failures.length === 0 && (
        <Nothing only={only} loading={lists.length < asked.length} />
      )}
    </Stack>
  );
}

function Nothing({ only, loading }: { readonly only: string; readonly loading: boolean }) {
  if (loading) return <LateSkeleton lines={4} />;
  return (
    <Empty
      icon={<IconMailCheck size={28} stroke={1.5} />}
      title={only === '' ? words.none : words.noneFor(only)}
    >
      {words.noneHint}
    </Empty>
  );
}

function Cause({ cause, named }: { readonly cause: CauseGroup; readonly named: boolean }) {
  const known = words.causes[cause.code] ?? words.causes.refused;
  return (
    <section className="panel" aria-labelledby={`cause-${cause.code}`}>
      <div>
        <div className="cause-head">
          <Title order={2} id={`cause-${cause.code}`}>
            {known?.means}
          </Title>
          <Text c="dimmed" size="sm" className="cause-count">
            {words.cause(cause.count)}
          </Text>
        </div>
        <Text size="sm" mt={6} className="with-icon">
          <IconBulb size={17} aria-hidden /> {known?.hint}
        </Text>
      </div>
      <ul className="letters">
        {cause.groups.map(({ pipeline, group }) => (
          <LetterGroup
            key={`${pipeline.name} ${group.unit} ${group.side}`}
            group={group}
            pipeline={pipeline}
            named={named}
          />
        ))}
      </ul>
    </section>
  );
}
