import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { NeedsRole } from '../access/needs-role';
import { acceptLoad } from '../api/endpoints';
import { keys, useLoad } from '../api/queries';
import type { Pipeline } from '../api/types';
import { QueryState, wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { LoadFields, LoadPairs } from './load-findings';
import { RevealList } from './reveal-list';
import { sideLabel } from './side-label';

/** What the first comparison found; while it waits for acceptance, nothing has been written anywhere. */
export function LoadReport({ pipeline }: { readonly pipeline: Pipeline }) {
  const waits = pipeline.state === 'report';
  const query = useLoad(pipeline.name, waits);
  const client = useQueryClient();
  const accepting = useMutation({
    mutationFn: () => acceptLoad(pipeline.name),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.pipelines }),
    onError: (error) =>
      notifications.show({
        color: 'red',
        message: strings.pipeline.actionFailed(wordsOf(error)),
        closeButtonProps: { 'aria-label': strings.undo.dismiss },
      }),
  });
  if (!waits) return null;
  return (
    <section className="panel">
      <Title order={2}>{strings.load.report}</Title>
      <QueryState query={query} lines={2}>
        {(report) => (
          <Stack gap="md">
            <dl className="counts">
              <Figure name={strings.load.linked} count={report.linked - report.scored} />
              <Figure name={strings.load.scored} count={report.scored} />
              <Figure name={strings.load.onlyA(sideLabel(pipeline, 'A'))} count={report.onlyA} />
              <Figure name={strings.load.onlyB(sideLabel(pipeline, 'B'))} count={report.onlyB} />
              <Figure name={strings.load.ambiguous} count={report.ambiguous} />
              {(['A', 'B'] as const).map((side) => {
                const count = side === 'A' ? report.excludedA : report.excludedB;
                if (count === 0) return null;
                return (
                  <Figure key={side} name={strings.load.excluded(sideLabel(pipeline, side))} count={count} />
                );
              })}
            </dl>
            {report.covered && <RevealList list="load" pipelines={[pipeline.name]} />}
            <LoadFields pipeline={pipeline} report={report} />
            <LoadPairs pipeline={pipeline} report={report} />
            <Group gap="md">
              <NeedsRole permission="ops:run" pipeline={pipeline.name} what={strings.access.actions.accept}>
                <Button loading={accepting.isPending} onClick={() => accepting.mutate()}>
                  {strings.load.accept}
                </Button>
              </NeedsRole>
              <Text size="sm" c="dimmed">
                {strings.load.acceptHint}
              </Text>
            </Group>
          </Stack>
        )}
      </QueryState>
    </section>
  );
}

function Figure({ name, count }: { readonly name: string; readonly count: number }) {
  return (
    <div className="count">
      <dt>{name}</dt>
      <dd>{count.toLocaleString('en')}</dd>
    </div>
  );
}
