import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { excludeRecord } from '../api/record-sync';
import { Dialog } from '../states/dialog';
import { tellDone, tellFailed } from '../states/told';
import { recordSyncStrings as texts } from '../strings-record-sync';

/** Asks for the reason: it stands by the record for whoever wonders later. */
export function ExcludeRecord({
  record,
  onClose,
}: {
  readonly record: string;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const excluding = useMutation({
    mutationFn: () => excludeRecord(record, reason.trim()),
    onSuccess: () => {
      tellDone(texts.excluded);
      onClose();
    },
    onError: tellFailed,
    onSettled: () => client.invalidateQueries({ queryKey: ['record', record] }),
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') excluding.mutate();
  };
  return (
    <Dialog title={texts.excludeTitle} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">{texts.excludeHint}</Text>
          <Textarea
            label={texts.reason}
            description={texts.reasonHint}
            required
            withAsterisk={false}
            maxLength={2000}
            autosize
            minRows={2}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {texts.cancel}
            </Button>
            <Button type="submit" loading={excluding.isPending}>
              {texts.exclude}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
