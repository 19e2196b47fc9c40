import { Component, type ReactNode } from 'react';
import { Failure } from './query-state';

interface CrashState {
  readonly error: Error | null;
}

/** A fault in one screen leaves the rail and the other screens usable. */
export class CrashBoundary extends Component<{ readonly children: ReactNode }, CrashState> {
  override state: CrashState = { error: null };

  static getDerivedStateFromError(error: unknown): CrashState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const retry = () => {
      this.setState({ error: null });
      return Promise.resolve();
    };
    return <Failure error={error} retry={retry} />;
  }
}
