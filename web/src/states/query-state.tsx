import {
  ActionIcon,
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Skeleton,
  Stack,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import { IconCheck, IconCopy, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useNow } from '../format/beat';
import { ago } from '../format/time';
import { strings } from '../strings';

interface QueryLike<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly dataUpdatedAt: number;
  readonly refetch: () => Promise<unknown>;
}

export interface QueryStateProps<T> {
  readonly query: QueryLike<T>;
  readonly children: (data: T) => ReactNode;
  /** How many lines the skeleton draws. */
  readonly lines?: number;
  /** The heading of a page that has none before its data is there: for those who do not see the skeleton. */
  readonly title?: string;
}

/** The three states of everything loaded: a late skeleton, the data, or the last good data greyed under what went wrong. */
export function QueryState<T>({ query, children, lines = 4, title }: QueryStateProps<T>) {
  // Whoever is signed out is asked to sign in over what is there (access/signed-in): it stays as it is, half-filled forms too.
  if (query.error === null || isSignedOut(query.error))
    return query.data === undefined ? <LateSkeleton lines={lines} title={title} /> : children(query.data);
  return (
    <Stack gap="md">
      <Failure
        error={query.error}
        shownAt={query.data === undefined ? null : query.dataUpdatedAt}
        retry={query.refetch}
      />
      {query.data !== undefined && <div className="greyed">{children(query.data)}</div>}
    </Stack>
  );
}

export interface FailureProps {
  readonly error: Error;
  readonly retry?: () => Promise<unknown>;
  /** When the data that is still shown was good, in ms. */
  readonly shownAt?: number | null;
}

export function Failure({ error, retry, shownAt = null }: FailureProps) {
  const [busy, setBusy] = useState(false);
  const now = useNow(10_000);
  const again = () => {
    if (!retry) return;
    setBusy(true);
    void retry().finally(() => setBusy(false));
  };
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconPlugConnectedX size={20} />}
      title={shownAt === null ? <h1 className="failure-title">{titleOf(error)}</h1> : titleOf(error)}
      className="failure"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {wordsOf(error)}
          {shownAt !== null &&
            shownAt > 0 &&
            ` ${strings.states.stale(ago(new Date(shownAt).toISOString(), now))}`}
        </Text>
        <Group gap="sm">
          {retry && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconRefresh size={15} />}
              onClick={again}
              loading={busy}
            >
              {strings.states.retry}
            </Button>
          )}
          <TraceId error={error} />
        </Group>
      </Stack>
    </Alert>
  );
}

function TraceId({ error }: { readonly error: Error }) {
  if (!(error instanceof ApiError) || error.traceId === null) return null;
  const id = error.traceId;
  return (
    <Group gap={4}>
      <Text size="xs" c="dimmed">
        {strings.states.trace}
      </Text>
      <Code>{id}</Code>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? strings.states.copied : strings.states.copy}>
            <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={strings.states.copy}>
              {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}

/** Nothing for 200 ms, so that fast answers do not flicker. */
export function LateSkeleton({
  lines,
  title,
}: {
  readonly lines: number;
  readonly title?: string | undefined;
}) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <>
      {title !== undefined && <VisuallyHidden component="h1">{title}</VisuallyHidden>}
      <Stack gap="sm" role="status" aria-label={strings.states.loading}>
        {Array.from({ length: lines }, (_, i) => (
          <Skeleton key={i} height={i === 0 ? 22 : 44} width={i === 0 ? '40%' : '100%'} />
        ))}
      </Stack>
    </>
  );
}

function isSignedOut(error: Error): boolean {
  return error instanceof ApiError && error.problem.code === 'unauthenticated';
}

function titleOf(error: Error): string {
  return error instanceof ApiError ? error.problem.title : strings.states.failed;
}

export function wordsOf(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  return error.status === 0 ? strings.states.unreachable : (error.problem.detail ?? error.problem.title);
}
