import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { Component, type ReactNode } from 'react';
import { strings } from '../strings';
import { PartMissing } from './lazily';

interface CrashProps {
  readonly children: ReactNode;
  /** Beside a screen that works: over it, in a corner. */
  readonly small?: boolean;
}

interface CrashState {
  readonly error: Error | null;
}

/** A fault in one screen leaves the rail and the other screens usable, and nothing ever ends as an empty page. */
export class CrashBoundary extends Component<CrashProps, CrashState> {
  override state: CrashState = { error: null };

  static getDerivedStateFromError(error: unknown): CrashState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    const { children, small = false } = this.props;
    if (error === null) return children;
    const crash = <Crash error={error} onAgain={() => this.setState({ error: null })} />;
    return small ? <div className="crash-corner">{crash}</div> : <div className="page">{crash}</div>;
  }
}

function Crash({ error, onAgain }: { readonly error: Error; readonly onAgain: () => void }) {
  const missing = error instanceof PartMissing;
  const words = strings.states;
  return (
    <Alert
      role="alert"
      color={missing ? 'yellow' : 'red'}
      variant="light"
      icon={<IconRefresh size={20} />}
      title={<h1 className="failure-title">{missing ? words.upgraded : words.crashed}</h1>}
      className="failure"
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{missing ? words.upgradedHint : words.crashedHint}</Text>
        {!missing && (
          <Text size="xs" c="dimmed" className="mono">
            {error.message}
          </Text>
        )}
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => window.location.reload()}>
            {words.reload}
          </Button>
          {!missing && (
            <Button size="xs" variant="subtle" onClick={onAgain}>
              {words.retry}
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
