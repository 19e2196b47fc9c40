import { notifications } from '@mantine/notifications';
import { wordsOf } from './query-state';
import { strings } from '../strings';

const closeButtonProps = { 'aria-label': strings.undo.dismiss };

export function tellDone(message: string): void {
  notifications.show({ message, closeButtonProps });
}

export function tellFailed(error: Error): void {
  notifications.show({
    color: 'red',
    message: strings.pipeline.actionFailed(wordsOf(error)),
    closeButtonProps,
  });
}

/** Something to know that is neither a success nor a failure. */
export function tell(message: string): void {
  notifications.show({ color: 'gray', message, closeButtonProps });
}

export function tellFailure(words: (why: string) => string, error: unknown): void {
  notifications.show({
    color: 'red',
    message: words(error instanceof Error ? wordsOf(error) : String(error)),
    closeButtonProps,
  });
}
