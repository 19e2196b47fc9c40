import { Anchor, CloseButton, Drawer, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { getExplanation } from '../api/endpoints';
import type { Conflict } from '../api/types';
import { Timeline } from '../records/timeline';
import { QueryState } from '../states/query-state';
import { useScrollLock } from '../states/scroll-lock';
import { strings } from '../strings';
import { unitName } from './unit-name';

const words = strings.card.context;

export interface ContextDrawerProps {
  readonly conflict: Conflict & { readonly record: string };
  /** What is looked for comes first. */
  readonly first: 'history' | 'why';
  readonly onClose: () => void;
}

/** What led here: why the value stands, and everything that happened to the field. Beside the card, which stays as it is. */
export function ContextDrawer({ conflict, first, onClose }: ContextDrawerProps) {
  useScrollLock();
  const why = <Why key="why" conflict={conflict} />;
  const history = (
    <section key="history">
      <Title order={3} size="md" mb="sm">
        {words.history}
      </Title>
      <Timeline record={conflict.record} systems={conflict.systems} field={conflict.unit} />
    </section>
  );
  return (
    <Drawer.Root
      opened
      lockScroll={false}
      onClose={onClose}
      position="right"
      size="lg"
      transitionProps={{ duration: 0 }}
    >
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content>
        <Drawer.Body className="dialog">
          <div className="dialog-head">
            <Drawer.Title className="dialog-title">
              {conflict.title} · {unitName(conflict.unit)}
            </Drawer.Title>
            <CloseButton aria-label={strings.states.close} onClick={onClose} />
          </div>
          <Stack gap="xl">
            {first === 'why' ? [why, history] : [history, why]}
            <Anchor component={Link} to={`/records/${conflict.record}`} size="sm">
              {strings.card.openRecord}
            </Anchor>
          </Stack>
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Why({ conflict }: { readonly conflict: ContextDrawerProps['conflict'] }) {
  const query = useQuery({
    queryKey: ['explanation', conflict.record, conflict.unit] as const,
    queryFn: async ({ signal }) => (await getExplanation(conflict.record, conflict.unit, signal)).data,
  });
  return (
    <section>
      <Title order={3} size="md" mb="sm">
        {words.why}
      </Title>
      <QueryState query={query} lines={2}>
        {({ sentence, because, wouldChangeIf }) => (
          <Stack gap="sm">
            <Text size="sm">{sentence}</Text>
            <ol className="because">
              {because.map(({ step, why }) => why !== null && <li key={step}>{why}</li>)}
            </ol>
            {wouldChangeIf.length > 0 && (
              <div>
                <Text size="sm" fw={600}>
                  {words.wouldChange}
                </Text>
                <ul className="because">
                  {wouldChangeIf.map((change) => (
                    <li key={change}>{change}</li>
                  ))}
                </ul>
              </div>
            )}
          </Stack>
        )}
      </QueryState>
    </section>
  );
}
