import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { NeedsRole } from '../access/needs-role';
import { restoreRecord } from '../api/endpoints';
import type { RecordDetail, Side } from '../api/types';
import { wordsOf } from '../states/query-state';
import { strings } from '../strings';

/** A record that was deleted on both sides is made again, on both or on one of them. */
export function RestoreRecord({ record }: { readonly record: RecordDetail }) {
  const client = useQueryClient();
  const closeButtonProps = { 'aria-label': strings.undo.dismiss };
  const restoring = useMutation({
    mutationFn: (side: Side | null) => restoreRecord(record.id, side),
    onSuccess: () => {
      notifications.show({ message: strings.record.restored, closeButtonProps });
      return client.invalidateQueries({ queryKey: ['record', record.id] });
    },
    onError: (error) =>
      notifications.show({
        color: 'red',
        message: strings.pipeline.actionFailed(wordsOf(error)),
        closeButtonProps,
      }),
  });
  if (record.state !== 'deleted' || record.asOf !== null) return null;
  return (
    <NeedsRole permission="conflicts:resolve" pipeline={record.pipeline} what={strings.record.restoreWhat}>
      <Group gap="sm" mt="sm">
        <Button size="xs" loading={restoring.isPending} onClick={() => restoring.mutate(null)}>
          {strings.record.restore}
        </Button>
        {(['A', 'B'] as const).map((side) => (
          <Button
            key={side}
            size="xs"
            variant="default"
            disabled={restoring.isPending}
            onClick={() => restoring.mutate(side)}
          >
            {strings.record.restoreOnly(record.systems[side])}
          </Button>
        ))}
      </Group>
    </NeedsRole>
  );
}
