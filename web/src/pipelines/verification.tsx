import { Button, Code, Group, Progress, Stack, Table, Text, Title, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconCertificate, IconCircleCheck, IconZoomExclamation } from '@tabler/icons-react';
import { Link } from 'react-router';
import { NeedsRole } from '../access/needs-role';
import type { Pipeline } from '../api/types';
import {
  isUnderWay,
  useDifferences,
  useVerifications,
  useVerify,
  type Difference,
  type Verification as Verified,
} from '../api/verifications';
import { Ago } from '../format/time';
import { QueryState, wordsOf } from '../states/query-state';
import { strings } from '../strings';
import { verificationStrings as words } from '../strings-verification';
import { ValueView } from '../value/value-view';
import { sideLabel } from './side-label';

/** When both sides were last compared with what is held of them, what differed and why, and a button to do it now. */
export function Verification({ pipeline }: { readonly pipeline: Pipeline }) {
  const query = useVerifications(pipeline.name);
  return (
    <section className="panel" id="verification">
      <Title order={2}>{words.title}</Title>
      <QueryState query={query} lines={2}>
        {(items) => <Last pipeline={pipeline} items={items} />}
      </QueryState>
    </section>
  );
}

function Last({ pipeline, items }: { readonly pipeline: Pipeline; readonly items: readonly Verified[] }) {
  const now = items.find(isUnderWay);
  const last = items.find(({ state }) => state === 'finished');
  const [newest] = items;
  const unknown = last?.differences?.unknown ?? 0;
  const verifying = useVerify(pipeline.name, (error) =>
    notifications.show({
      color: 'red',
      message: strings.pipeline.actionFailed(wordsOf(error)),
      closeButtonProps: { 'aria-label': strings.undo.dismiss },
    }),
  );
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.lead}
      </Text>
      {last === undefined ? (
        <Text>{words.never}</Text>
      ) : (
        <Text className="with-icon" component="div">
          {unknown === 0 ? (
            <IconCircleCheck size={18} aria-hidden />
          ) : (
            <IconZoomExclamation size={18} aria-hidden />
          )}
          <span>
            {words.verified} <Ago at={last.finishedAt} />, {words.unexplained(unknown)}
          </span>
        </Text>
      )}
      {newest?.state === 'failed' && (
        <Text size="sm" c="red">
          {words.failed(newest.error ?? '')}
        </Text>
      )}
      {now !== undefined && <UnderWay verification={now} />}
      <NeedsRole permission="ops:run" pipeline={pipeline.name} what={words.what}>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            disabled={now !== undefined}
            loading={verifying.isPending}
            onClick={() => verifying.mutate(false)}
          >
            {words.now}
          </Button>
          {unknown > 0 && (
            <Tooltip label={words.repairHint} multiline w={280}>
              <Button
                size="xs"
                variant="default"
                disabled={now !== undefined}
                onClick={() => verifying.mutate(true)}
              >
                {words.repair}
              </Button>
            </Tooltip>
          )}
        </Group>
      </NeedsRole>
      {last !== undefined && <Details key={last.id} pipeline={pipeline} verification={last} />}
    </Stack>
  );
}

function UnderWay({ verification: { done, total } }: { readonly verification: Verified }) {
  const read = total > 0 && done >= total;
  return (
    <div className="load" role="status">
      <Text size="sm">{read ? words.looking : words.underWay(done, total)}</Text>
      <Progress
        value={total === 0 ? 0 : Math.min(100, (done / total) * 100)}
        animated={read}
        aria-label={words.title}
      />
    </div>
  );
}

function Details({
  pipeline,
  verification,
}: {
  readonly pipeline: Pipeline;
  readonly verification: Verified;
}) {
  const [shown, { toggle }] = useDisclosure(false);
  const total = Object.values(verification.differences ?? {}).reduce((sum, n) => sum + n, 0);
  return (
    <Stack gap="xs">
      {total > 0 && (
        <div>
          <Button size="xs" variant="subtle" onClick={toggle} aria-expanded={shown}>
            {shown ? words.hide : words.show(total)}
          </Button>
          {shown && <Differences pipeline={pipeline} id={verification.id} />}
        </div>
      )}
      <Text size="xs" c="dimmed" className="with-icon" component="div">
        <IconCertificate size={16} aria-hidden />
        <span>
          {words.certificate} {verification.id}{' '}
          <Tooltip label={verification.hash ?? ''}>
            <Code>{verification.hash?.slice(0, 16)}…</Code>
          </Tooltip>
        </span>
      </Text>
    </Stack>
  );
}

function Differences({ pipeline, id }: { readonly pipeline: Pipeline; readonly id: string }) {
  const query = useDifferences(pipeline.name, id);
  const { columns } = words;
  return (
    <QueryState query={query}>
      {({ pages }) => (
        <>
          <Table.ScrollContainer minWidth={720}>
            <Table verticalSpacing={8}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{columns.reason}</Table.Th>
                  <Table.Th>{columns.record}</Table.Th>
                  <Table.Th>{columns.unit}</Table.Th>
                  <Table.Th>
                    <Tooltip label={words.heldHint}>
                      <span>{columns.held}</span>
                    </Tooltip>
                  </Table.Th>
                  <Table.Th>{columns.seen}</Table.Th>
                  <Table.Th>{columns.detail}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {pages.flatMap(({ items }, page) =>
                  items.map((one, i) => (
                    <Row key={`${String(page)}.${String(i)}`} one={one} pipeline={pipeline} />
                  )),
                )}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          {query.hasNextPage && (
            <Button
              size="xs"
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {words.more}
            </Button>
          )}
        </>
      )}
    </QueryState>
  );
}

function Row({ one, pipeline }: { readonly one: Difference; readonly pipeline: Pipeline }) {
  const name = one.externalId ?? one.record ?? '';
  const hasValues = one.kind === 'value' || (one.kind === 'apart' && one.unit !== '$life');
  return (
    <Table.Tr>
      <Table.Td>{words.reasons[one.reason]}</Table.Td>
      <Table.Td>
        {one.side !== null && `${sideLabel(pipeline, one.side)} `}
        {one.record === null ? name : <Link to={`/records/${one.record}`}>{name}</Link>}
      </Table.Td>
      <Table.Td className="mono">
        {one.unit === null || one.unit === '$life' ? words.wholeRecord : one.unit}
      </Table.Td>
      <Table.Td>{hasValues && <ValueView value={one.held} />}</Table.Td>
      <Table.Td>{hasValues && <ValueView value={one.seen} />}</Table.Td>
      <Table.Td>{one.repaired ?? one.detail}</Table.Td>
    </Table.Tr>
  );
}
