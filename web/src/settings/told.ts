import { notifications } from '@mantine/notifications';
import { wordsOf } from '../states/query-state';
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
