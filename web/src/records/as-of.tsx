import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { strings } from '../strings';

export interface AsOfProps {
  readonly record: string;
  readonly asOf: string | null;
  readonly onChange: (at: string | null) => void;
}

/** The record as Accord knew it at a time: the browser's own date and time field, which every keyboard and reader knows. */
export function AsOf({ asOf, onChange }: AsOfProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string) => {
    setTyped(text);
    const date = new Date(text);
    if (!Number.isNaN(date.getTime())) onChange(date.toISOString());
  };
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        size="xs"
        type="datetime-local"
        step={1}
        label={strings.record.asOf}
        value={asOf === null ? '' : (typed ?? toLocal(asOf))}
        max={toLocal(new Date().toISOString())}
        onChange={(event) => change(event.currentTarget.value)}
      />
      {asOf !== null && (
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            setTyped(null);
            onChange(null);
          }}
        >
          {strings.record.asOfNow}
        </Button>
      )}
    </Group>
  );
}

function toLocal(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
